import { describe, expect, test } from "bun:test";
import { isEphemeral } from "../threads/index.ts";
import { ensureThread } from "./ensure-thread.ts";

describe("a thread", () => {
  test("is that of its session, each time", async () => {
    expect(await ensureThread("ses-1", "agt-1")).toBe("thread-ses-1");
    expect(await ensureThread("ses-1", "agt-2")).toBe("thread-ses-1");
    expect(isEphemeral("thread-ses-1")).toBe(false);
  });

  test("is of no session that is no text, or of no agent where there is no session", async () => {
    for (const args of [[], [null, null], [undefined, "agt-1"], [5, {}], [""], ["", null]]) {
      const failure = await ensureThread(...args).catch((error: unknown) => error);
      expect(failure).toMatchObject({ type: "InvalidArgument", nonRetryable: true });
    }
    expect(await ensureThread("ses-1")).toBe("thread-ses-1");
  });

  test("is a new one for each execution without a session", async () => {
    const [one, two] = [await ensureThread("", "agt-1"), await ensureThread("", "agt-1")];
    expect(one).toMatch(/^ephemeral-agt-1-[0-9a-f]{8}$/);
    expect(two).not.toBe(one);
    expect(isEphemeral(one)).toBe(true);
  });
});
