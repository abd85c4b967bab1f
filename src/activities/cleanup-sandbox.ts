import type { Logger } from "../log/index.ts";
import type { SandboxProvider } from "../sandbox/index.ts";
import { kindOf } from "./invalid-argument.ts";

/** The activity `CleanupSandbox` removes a sandbox. Best effort: it never fails. */
export function cleanupSandbox(sandboxes: SandboxProvider, log: Logger) {
  return async (sandboxId?: unknown): Promise<void> => {
    if (typeof sandboxId !== "string" || sandboxId === "") {
      log.warn(`CleanupSandbox removes nothing: the id of the sandbox is ${kindOf(sandboxId)}`);
      return;
    }
    log.info(`Sandbox ${sandboxId}: ${await sandboxes.cleanup(sandboxId)}`);
  };
}
