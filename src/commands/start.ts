import type { ExitCode, SignalHandler } from "../cli/index.ts";
import { runService } from "../cli/service/index.ts";
import type { LoadOptions } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { logStartupFailure, startRunner, startupFailure } from "../runner/index.ts";

export interface StartOptions extends LoadOptions {
  readonly signals: SignalHandler;
}

/** `agent-runner start`: runs until it is told to stop. */
export async function start({ signals, ...load }: StartOptions): Promise<ExitCode> {
  return await runService({ load, signals, logFailure }, async (service) => {
    const runner = await startRunner(service);
    return await runner.ended;
  });
}

function logFailure(error: unknown, log: Logger): ExitCode {
  const failure = startupFailure(error);
  logStartupFailure(failure, log);
  return failure.exitCode;
}
