import { SandboxError } from "../sandbox-error.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";
import { makeReady, type ReadinessOptions, withinReadiness } from "./readiness.ts";

/**
 * Starts a sandbox again that was stopped while it is used, by somebody or by Daytona.
 * @returns `false` where it runs, so that something else is the matter
 * @throws SandboxError where it is gone or does not come up; the signal's reason
 */
export async function restartIfStopped(
  api: DaytonaApi,
  remote: DaytonaSandbox,
  options: ReadinessOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { id } = remote;
  // One that is gone cannot be refreshed: it is not found.
  const now = await api.find(id, signal);
  if (now?.state === "started") return false;
  const state = now?.state ?? "deleted";
  options.log.warn(`The sandbox ${id} was ${state} while an execution uses it`);
  const isReady =
    now !== undefined &&
    (await withinReadiness(`the sandbox ${id}`, signal, options, (within) => makeReady(api, now, within)));
  if (isReady) return true;
  throw new SandboxError(
    "unavailable",
    `The sandbox ${id} was ${state} while it was used, and cannot be started again. The session's next execution gets a new one.`,
  );
}
