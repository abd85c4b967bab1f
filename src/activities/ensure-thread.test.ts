import { describe, expect, test } from "bun:test";
import { isEphemeral } from "../threads/index.ts";
import { executionOf, threadOf } from "./ensure-thread.ts";

describe("a thread", () => {
  test("is that of its session, each time", () => {
    expect(threadOf("ses-1", "agt-1")).toBe("thread-ses-1");
    expect(threadOf("ses-1", "agt-2")).toBe("thread-ses-1");
    expect(isEphemeral("thread-ses-1")).toBe(false);
  });

  test("is of no session that is no text, or of no agent where there is no session", () => {
    for (const args of [[], [null, null], [undefined, "agt-1"], [5, {}], [""], ["", null]]) {
      const attempt = () => threadOf(...args);
      expect(attempt).toThrow(expect.objectContaining({ type: "InvalidArgument", nonRetryable: true }));
    }
    expect(threadOf("ses-1")).toBe("thread-ses-1");
  });

  test("is a new one for each execution without a session", () => {
    const [one, two] = [threadOf("", "agt-1"), threadOf("", "agt-1")];
    expect(one).toMatch(/^ephemeral-agt-1-[0-9a-f]{8}$/);
    expect(two).not.toBe(one);
    expect(isEphemeral(one)).toBe(true);
  });
});

test("an execution is known by the id of its workflow, and no other workflow is taken for one", () => {
  expect(executionOf("stigmer/agent-execution/invoke/aex-1")).toBe("aex-1");
  for (const other of [undefined, "", "aex-1", "stigmer/agent-execution/invoke/", "other/invoke/aex-1"])
    expect(executionOf(other)).toBeUndefined();
});
