import { describe, expect, test } from "bun:test";
import { MockActivityEnvironment } from "@temporalio/testing";
import { collectedLog } from "../../test/support/collected-log.ts";
import { isEphemeral } from "../threads/index.ts";
import { ensureThread, threadOf } from "./ensure-thread.ts";

describe("the id of a thread", () => {
  test("follows from the session", () => {
    expect(threadOf("ses-1", "agt-1")).toBe("thread-ses-1");
    expect(threadOf("ses-1", "agt-2")).toBe("thread-ses-1");
    expect(isEphemeral("thread-ses-1")).toBe(false);
  });

  test("needs a session id that is a string, and an agent id if the session id is empty", () => {
    for (const args of [[], [null, null], [undefined, "agt-1"], [5, {}], [""], ["", null]]) {
      const attempt = () => threadOf(...args);
      expect(attempt).toThrow(expect.objectContaining({ type: "InvalidArgument", nonRetryable: true }));
    }
    expect(threadOf("ses-1")).toBe("thread-ses-1");
  });

  test("is new for each execution without a session", () => {
    const [one, two] = [threadOf("", "agt-1"), threadOf("", "agt-1")];
    expect(one).toMatch(/^ephemeral-agt-1-[0-9a-f]{8}$/);
    expect(two).not.toBe(one);
    expect(isEphemeral(one)).toBe(true);
  });
});

describe("EnsureThread", () => {
  const calls: string[][] = [];
  const { log, lines } = collectedLog();
  const workflow = (workflowId: string) =>
    new MockActivityEnvironment({ workflowExecution: { workflowId, runId: "run" } });
  const announcing = ensureThread({
    log,
    threads: {
      announce: async (...call) => {
        calls.push(call);
      },
    },
  });

  test("puts an execution with a session into the queue of its thread, and no other", async () => {
    expect(await workflow("stigmer/agent-execution/invoke/aex-1").run(announcing, "ses-1", "")).toBe("thread-ses-1");
    expect(calls).toEqual([["thread-ses-1", "aex-1"]]);
    await workflow("stigmer/agent-execution/invoke/aex-2").run(announcing, "", "agt-1");
    await workflow("another workflow").run(announcing, "ses-1", "");
    expect(calls).toHaveLength(1);
  });

  test("returns the id of the thread also if the queue cannot be used", async () => {
    const announce = () => Promise.reject(new Error("Redis is away"));
    const failing = ensureThread({ log, threads: { announce } });
    expect(await workflow("stigmer/agent-execution/invoke/aex-3").run(failing, "ses-1", "")).toBe("thread-ses-1");
    expect(lines.join("")).toMatch(/WARN.*aex-3.*Redis is away/);
  });
});
