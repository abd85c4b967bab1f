import type { ExitCode, SignalHandler } from "../cli/index.ts";
import { runService } from "../cli/service/index.ts";
import type { LoadOptions } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { loadNativeBridge } from "../native-bridge/index.ts";

export interface StartOptions extends LoadOptions {
  readonly signals: SignalHandler;
}

/** `agent-runner start`: runs until it is told to stop. */
export async function start({ signals, ...load }: StartOptions): Promise<ExitCode> {
  return await runService({ load, signals, logFailure }, async (service) => {
    const { loaded, env, log } = service;
    // The first start unpacks it, while the rest of the program is loaded. The runner waits for it, and fails if it failed.
    loadNativeBridge({ dataDir: loaded.config.dataDir, env, log }).catch(() => undefined);
    const { startRunner } = await import("../runner/index.ts");
    const runner = await startRunner(service);
    return await runner.ended;
  });
}

async function logFailure(error: unknown, log: Logger): Promise<ExitCode> {
  const { logStartupFailure } = await import("../runner/index.ts");
  return logStartupFailure(error, log);
}
