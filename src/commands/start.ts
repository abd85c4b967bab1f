import type { ExitCode, SignalHandler } from "../cli/index.ts";
import { runService } from "../cli/service/index.ts";
import type { LoadOptions } from "../config/index.ts";
import { logStartupFailure, startRunner } from "../runner/index.ts";

export interface StartOptions extends LoadOptions {
  readonly signals: SignalHandler;
}

/** `agent-runner start`: runs until it is told to stop. */
export async function start({ signals, ...load }: StartOptions): Promise<ExitCode> {
  return await runService({ load, signals, logFailure: logStartupFailure }, async (service) => {
    const runner = await startRunner(service);
    return await runner.ended;
  });
}
