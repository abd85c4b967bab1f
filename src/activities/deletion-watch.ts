import { sleep } from "../shared/time.ts";
import { AgentExecutionQueryController, SessionQueryController, type StigmerClient } from "../stigmer/index.ts";

/** Between two looks, and before the second look at what was not found: a deletion is noticed within 5 s. */
const INTERVAL_MS = 3_000;
const CONFIRM_MS = 500;
const CALL_TIMEOUT_MS = 3_000;

export interface DeletionWatchOptions {
  readonly client: StigmerClient;
  readonly executionId: string;
  /** Absent for an execution without a session. */
  readonly sessionId?: string;
  /** Told once, of what was deleted. */
  readonly onDeleted: (what: "execution" | "session") => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Notices that an execution or its session was deleted while it runs, also while it has nothing to report. The backend must
 * say so twice: anything else it says, or its silence, is no deletion.
 */
export async function watchForDeletion(options: DeletionWatchOptions): Promise<void> {
  const { sessionId, onDeleted, signal } = options;
  for (;;) {
    await sleep(INTERVAL_MS, signal);
    if (signal.aborted) return;
    if (sessionId !== undefined && (await isGone(options, "session"))) return onDeleted("session");
    if (await isGone(options, "execution")) return onDeleted("execution");
  }
}

async function isGone(options: DeletionWatchOptions, what: "execution" | "session"): Promise<boolean> {
  if (!(await isNotFound(options, what))) return false;
  await sleep(CONFIRM_MS, options.signal);
  return await isNotFound(options, what);
}

async function isNotFound(
  { client, executionId, sessionId = "", signal }: DeletionWatchOptions,
  what: "execution" | "session",
): Promise<boolean> {
  const options = { timeoutMs: CALL_TIMEOUT_MS, signal };
  const found =
    what === "session"
      ? client.isFound(SessionQueryController.method.get, { value: sessionId }, options)
      : client.isFound(AgentExecutionQueryController.method.get, { value: executionId }, options);
  return await found.then(
    (isFound) => !isFound,
    () => false,
  );
}
