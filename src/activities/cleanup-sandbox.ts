import type { Logger } from "../log/index.ts";
import type { SandboxProvider } from "../sandbox/index.ts";
import { kindOf } from "./invalid-argument.ts";

/** The activity `CleanupSandbox`: removes a sandbox. Best effort: it never fails its caller. */
export function cleanupSandbox(sandboxes: SandboxProvider, log: Logger) {
  return async (sandboxId?: unknown): Promise<void> => {
    if (typeof sandboxId !== "string" || sandboxId === "") {
      log.warn(`CleanupSandbox takes the id of a sandbox: it is ${kindOf(sandboxId)}, so nothing is removed`);
      return;
    }
    log.info(`Sandbox ${sandboxId}: ${await sandboxes.cleanup(sandboxId)}`);
  };
}
