import { expect, test } from "bun:test";
import { collectedLog } from "../../test/support/collected-log.ts";
import { EXIT, Lifecycle } from "../cli/index.ts";
import { ExecutionRegistry } from "../executions/index.ts";
import type { ActivityWorker } from "../temporal/index.ts";
import { serve } from "./serve.ts";

test("a worker that ends by itself ends the runner with a failure", async () => {
  const { log, lines } = collectedLog();
  const lifecycle = new Lifecycle();
  lifecycle.markRunning();
  const worker = { run: async () => undefined } as unknown as ActivityWorker;
  const deps = { worker, lifecycle, executions: new ExecutionRegistry(), drainTimeoutMs: 1_000, log };
  expect(await serve(deps)).toBe(EXIT.failed);
  expect(lines.join("\n")).toContain("The Temporal worker has ended by itself");
});
