import type { Logger } from "../log/index.ts";
import type { SandboxProvider } from "../sandbox/index.ts";

/** The activity `CleanupSandbox`: removes a sandbox. Best effort: it never fails its caller. */
export function cleanupSandbox(sandboxes: SandboxProvider, log: Logger) {
  return async (sandboxId: string): Promise<void> => {
    log.info(`Sandbox ${sandboxId}: ${await sandboxes.cleanup(sandboxId)}`);
  };
}
