import { type Logger, withLogFields } from "../log/index.ts";
import type { SandboxProvider } from "../sandbox/index.ts";
import { kindOf } from "./invalid-argument.ts";
import { activityIds } from "./log-ids.ts";

/** The activity `CleanupSandbox` removes a sandbox. Best effort: it never fails. */
export function cleanupSandbox(sandboxes: SandboxProvider, log: Logger) {
  const cleanup = async (sandboxId: unknown): Promise<void> => {
    if (typeof sandboxId !== "string" || sandboxId === "") {
      log.warn(`CleanupSandbox removes nothing: the id of the sandbox is ${kindOf(sandboxId)}`);
      return;
    }
    log.info(`Sandbox ${sandboxId}: ${await sandboxes.cleanup(sandboxId)}`);
  };
  return (sandboxId?: unknown): Promise<void> => withLogFields(activityIds(), () => cleanup(sandboxId));
}
