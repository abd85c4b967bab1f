import type { ExitCode } from "../cli/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import { close } from "./close.ts";
import { rejectOnStop } from "./open-or-close.ts";
import { type OpenRunner, openRunner } from "./open-runner.ts";
import type { RunnerOptions } from "./runner-options.ts";
import { serve } from "./serve.ts";

/** A runner that polls for work. Its lifecycle ends it. */
export interface Runner {
  readonly executions: ExecutionRegistry;
  readonly adminUrl: string;
  /** Resolves when it is known whether it is ready: all health checks have run once. A check may hang. */
  readonly checked: Promise<void>;
  /** Resolves when everything has ended and is closed. */
  readonly ended: Promise<ExitCode>;
}

/**
 * Opens a runner, which serves until its lifecycle ends it, and is closed then.
 * @returns when it polls for work
 * @throws StartInterrupted if a drain is requested meanwhile; the error of the part that cannot be opened. What was opened is
 *   closed again
 */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const opened = new AsyncDisposableStack();
  try {
    const runner = await rejectOnStop(openRunner(options, opened), options.lifecycle);
    options.lifecycle.markRunning();
    return { ...runner, ended: serveAndClose(runner, options, opened) };
  } catch (error) {
    await close(opened, options.log);
    throw error;
  }
}

async function serveAndClose(
  runner: OpenRunner,
  { loaded, lifecycle, log }: RunnerOptions,
  opened: AsyncDisposableStack,
): Promise<ExitCode> {
  try {
    return await serve({ ...runner, lifecycle, log, drainTimeoutMs: loaded.config.drainTimeoutMs });
  } finally {
    await close(opened, log);
    lifecycle.markStopped();
  }
}
