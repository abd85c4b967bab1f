import { expect, test } from "bun:test";
import { collectedLog } from "../../test/support/collected-log.ts";
import { EXIT, Lifecycle } from "../cli/index.ts";
import { ExecutionRegistry } from "../executions/index.ts";
import type { ActivityWorker } from "../temporal/index.ts";
import { serve } from "./serve.ts";

/** The exit code, and the last line of the log, of a runner that is stopped while some executions still run. */
async function stopWhile({ ended, running }: { readonly ended: number; readonly running: number }) {
  const { log, lines } = collectedLog();
  const lifecycle = new Lifecycle();
  lifecycle.markRunning();
  const executions = new ExecutionRegistry();
  for (let index = 0; index < ended; index++) begin(executions).end({ phase: "completed" });
  for (let index = 0; index < running; index++) {
    const execution = begin(executions);
    execution.signal.addEventListener("abort", () => execution.end({ phase: "failed", reason: "stopped" }));
  }
  const worker = {
    run: () => lifecycle.whenReached("draining").then(() => executions.idle()),
    drain: async () => undefined,
    slots: { activitiesEnded: () => executions.idle() },
  } as unknown as ActivityWorker;
  const code = serve({ worker, lifecycle, executions, drainTimeoutMs: 1_000, log });
  if (running > 0) lifecycle.requestStop();
  else lifecycle.requestDrain();
  return { code: await code, last: lines.at(-1) };
}

function begin(executions: ExecutionRegistry) {
  const ids = { threadId: "thread", workflowId: "workflow", runId: "run", activityId: "1" };
  return executions.begin({ id: "aex-1", ...ids, startedAt: new Date() });
}

test.each([
  [{ ended: 0, running: 0 }, EXIT.ok, "Stopped after 0 executions"],
  [{ ended: 2, running: 0 }, EXIT.ok, "Stopped after 2 executions"],
  [{ ended: 0, running: 1 }, EXIT.unfinished, "Stopped after 1 execution, which could not finish"],
  [{ ended: 0, running: 2 }, EXIT.unfinished, "Stopped after 2 executions, none of which could finish"],
  [{ ended: 2, running: 1 }, EXIT.unfinished, "Stopped after 3 executions, 1 of which could not finish"],
] as const)("a runner that stops with %j says how many could not finish", async (executions, code, says) => {
  expect(await stopWhile(executions)).toEqual({ code, last: expect.stringContaining(says) });
});

test("a worker that ends by itself ends the runner with a failure", async () => {
  const { log, lines } = collectedLog();
  const lifecycle = new Lifecycle();
  lifecycle.markRunning();
  const worker = { run: async () => undefined } as unknown as ActivityWorker;
  const deps = { worker, lifecycle, executions: new ExecutionRegistry(), drainTimeoutMs: 1_000, log };
  expect(await serve(deps)).toBe(EXIT.failed);
  expect(lines.join("\n")).toContain("The Temporal worker has ended by itself");
});
