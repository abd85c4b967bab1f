import { MachineStopped } from "../remote/index.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";
import { makeReady, type ReadinessOptions, withinReadiness } from "./readiness.ts";

/** States in which no process of a sandbox is left. */
const WITHOUT_PROCESSES: ReadonlySet<string> = new Set(["stopped", "archived", "deleted", "destroyed"]);

/**
 * Starts a sandbox again that was stopped while it is used.
 * @returns `false` if it runs: then something else is wrong
 * @throws SandboxError if it is gone or does not start: MachineStopped if none of its processes is left; the signal's reason
 */
export async function restartIfStopped(
  api: DaytonaApi,
  remote: DaytonaSandbox,
  options: ReadinessOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { id } = remote;
  const now = await api.find(id, signal);
  if (now?.state === "started") return false;
  const state = now?.state ?? "deleted";
  options.log.warn(`The sandbox ${id} was ${state} while an execution uses it`);
  const isReady =
    now !== undefined &&
    (await withinReadiness(`the sandbox ${id}`, signal, options, (within) => makeReady(api, now, within)));
  if (isReady) return true;
  const Unusable = WITHOUT_PROCESSES.has(state) ? MachineStopped : SandboxError;
  throw new Unusable(
    "unavailable",
    `The sandbox ${id} was ${state} while it was used, and cannot be started again. The session's next execution gets a new one.`,
  );
}
