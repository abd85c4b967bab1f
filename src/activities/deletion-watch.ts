import { type RegisteredExecution, stopReasons } from "../executions/index.ts";
import { sleep } from "../shared/time.ts";
import { AgentExecutionQueryController, SessionQueryController, type StigmerClient } from "../stigmer/index.ts";

/** Between two checks, and before a second check confirms the first: a deletion is noticed within 5 s. */
const INTERVAL_MS = 3_000;
const CONFIRM_MS = 500;
const CALL_TIMEOUT_MS = 3_000;

interface DeletionWatchOptions {
  readonly client: StigmerClient;
  readonly executionId: string;
  /** Absent or empty for an execution without a session. */
  readonly sessionId: string | undefined;
  /** Called once, with what was deleted. */
  readonly onDeleted: (what: "execution" | "session") => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Stops an execution if it or its session is deleted. Disposing ends the watch. */
export function stopWhenDeleted(
  running: Pick<RegisteredExecution, "id" | "stop">,
  client: StigmerClient,
  sessionId: string | undefined,
): Disposable {
  const watch = new AbortController();
  void watchForDeletion({
    client,
    executionId: running.id,
    sessionId,
    onDeleted: (what) =>
      running.stop(
        what === "session" ? stopReasons.sessionDeleted() : stopReasons.executionDeleted("It is not found."),
      ),
    signal: watch.signal,
  });
  return { [Symbol.dispose]: () => watch.abort() };
}

/**
 * Asks the backend again and again, since an execution may have nothing to report for a long time. Only "not found", twice,
 * means that something was deleted; other errors and timeouts do not.
 */
async function watchForDeletion(options: DeletionWatchOptions): Promise<void> {
  const { sessionId, onDeleted, signal } = options;
  for (;;) {
    await sleep(INTERVAL_MS, signal);
    if (signal.aborted) return;
    if (sessionId && (await isGone(options, "session"))) return onDeleted("session");
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
