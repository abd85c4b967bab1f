import { describe, expect, test } from "bun:test";
import { environmentNotices } from "./environment-notices.ts";

const none = { environment: { values: {}, secretNames: [] }, missing: [], hidden: [] };
const values = (...names: string[]) => ({
  environment: { values: Object.fromEntries(names.map((name) => [name, "the value"])), secretNames: names },
});

describe("the notices about an environment", () => {
  test("are none if there is nothing to know", () => {
    expect(environmentNotices({ ...none, ...values("A", "PATH", "_x1") })).toEqual([]);
  });

  test("name variables without a value, with short descriptions", () => {
    const missing = [
      { name: "REGION", description: " where\n it runs " },
      { name: "TOKEN", description: "" },
      { name: "LONG", description: "x".repeat(81) },
    ];
    expect(environmentNotices({ ...none, missing })).toEqual([
      expect.stringContaining("that have no value: REGION (where it runs), TOKEN, LONG. Set them"),
    ]);
  });

  test("say which secrets are hidden, and what the agent has instead", () => {
    const [without, older] = environmentNotices({ ...none, ...values("B"), hidden: ["A", "B"] });
    // An empty secret looks like a hidden one, as with a line `A=` in an env file.
    expect(without).toContain(
      "These secrets are empty, or Stigmer does not show them to the runner: A. The agent works without",
    );
    expect(older).toContain("the values that they have elsewhere: B.");
  });

  test("name variables that commands cannot have", () => {
    expect(environmentNotices({ ...none, ...values("my-var", "UID", "A\n", "OK") })).toEqual([
      expect.stringContaining('do not see these variables: my-var, UID, "A\\n". A name has'),
    ]);
  });

  test("have a limit, and never contain a value", () => {
    const many = Array.from({ length: 2_000 }, (_, index) => `${index}-${"n".repeat(200)}`);
    const missing = many.map((name) => ({ name: `m${name}`, description: "d".repeat(80) }));
    const notices = environmentNotices({ ...values(...many), missing, hidden: many });
    expect(notices.join("").length).toBeLessThan(12_000);
    for (const notice of notices) {
      expect(notice).toContain("and 1980 more");
      expect(notice).not.toContain("the value.");
    }
  });
});
