import { describe, expect, test } from "bun:test";
import { causeOf, causes, explained, messageOf, stackOf, systemCode } from "./errors.ts";
import { RunnerError } from "./runner-error.ts";

class Special extends Error {}
class Known extends RunnerError<"refused"> {}

describe("the message of what was thrown", () => {
  test("is the error's own, without a stack", () => {
    expect(messageOf(new Error("out of paper"))).toBe("out of paper");
  });

  test("is the error's name if it has no message", () => {
    expect(messageOf(new RangeError(""))).toBe("RangeError");
  });

  test("is the value as text if it is not an error", () => {
    expect(messageOf("plain text")).toBe("plain text");
    expect(messageOf(undefined)).toBe("undefined");
  });
});

describe("the causes of an error", () => {
  test("come outermost first", () => {
    const inner = new Error("inner");
    const outer = new Error("outer", { cause: inner });
    expect([...causes(outer)]).toEqual([outer, inner]);
  });

  test("are followed to the last one of a long chain, which tells why", () => {
    let error: Error = Object.assign(new Error("disk full"), { code: "ENOSPC" });
    for (let index = 0; index < 40; index++) error = new Error(`step ${index}`, { cause: error });
    expect(systemCode(error)).toBe("ENOSPC");
    expect(stackOf(error)).toStartWith("Error: step 39\n");
    expect(stackOf(error)).toEndWith("\ncaused by: Error: step 0\ncaused by: Error: disk full");
  });

  test("end if they form a cycle", () => {
    const error = new Error("its own cause");
    error.cause = error;
    expect([...causes(error)]).toEqual([error]);
  });

  test("are searched for a class", () => {
    const special = new Special("here");
    expect(causeOf(new Error("outer", { cause: special }), Special)).toBe(special);
    expect(causeOf(special, Special)).toBe(special);
    expect(causeOf(new Error("outer"), Special)).toBeUndefined();
  });

  test("are searched for the system's code", () => {
    const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    expect(systemCode(new Error("fetch failed", { cause: refused }))).toBe("ECONNREFUSED");
    expect(systemCode(Object.assign(new Error("numbered"), { code: 14 }))).toBeUndefined();
    expect(systemCode("no error")).toBeUndefined();
  });

  test("give the system's code also behind a code of the runner's own", () => {
    const cause = Object.assign(new Error("in use"), { code: "EADDRINUSE" });
    expect(systemCode(new Known("refused", "no", { cause }))).toBe("EADDRINUSE");
    expect(systemCode(new Known("refused", "no"))).toBeUndefined();
  });
});

describe("the explanation of an error", () => {
  test("is its message and what to do, as sentences", () => {
    const remedies = ["Start it.", "Check the address."];
    expect(explained(new Known("refused", "nothing listens", { remedies }))).toBe(
      "nothing listens. Start it. Check the address.",
    );
    expect(explained(new Known("refused", "Nothing listens.", { remedies }))).toStartWith("Nothing listens. Start");
  });

  test("is the message alone if there is nothing to do", () => {
    expect(explained(new Known("refused", "nothing listens"))).toBe("nothing listens");
    expect(explained(new Error("broken"))).toBe("broken");
    expect(explained("text")).toBe("text");
  });
});
