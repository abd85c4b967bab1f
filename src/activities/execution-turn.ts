import type { ExecutionDefinition } from "../definition/index.ts";
import type { ExecutionStage } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import type { Semaphore } from "../shared/semaphore.ts";
import { StigmerError } from "../stigmer/index.ts";
import { isNamedThread, NAMED_THREAD, type ThreadStore } from "../threads/index.ts";

interface TurnDeps {
  readonly threads: Pick<ThreadStore, "announce" | "acquire">;
  readonly semaphore: Pick<Semaphore, "acquire">;
  readonly log: Logger;
}

interface TurnOptions {
  readonly executionId: string;
  readonly signal: AbortSignal;
  /** Called when another execution got the lock of the thread too. */
  readonly onLost: () => void;
}

type Enter = (stage: ExecutionStage) => void;

/** What an execution holds while it runs: the lock of its thread, and one of the runner's slots. */
export class ExecutionTurn {
  readonly #deps: TurnDeps;
  readonly #options: TurnOptions;
  #releaseThread: (() => Promise<void>) | undefined;
  #releaseSlot: (() => unknown) | undefined;

  constructor(deps: TurnDeps, options: TurnOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Waits for the lock of a thread, and then for a slot. @throws ThreadError; the signal's reason */
  async acquire(threadId: string, enter: Enter): Promise<void> {
    const { executionId, signal, onLost } = this.#options;
    enter("waiting-for-thread");
    this.#releaseThread = await this.#deps.threads.acquire(threadId, executionId, signal, onLost);
    enter("waiting-for-slot");
    this.#releaseSlot = await this.#deps.semaphore.acquire(signal);
  }

  /**
   * Moves to the thread that the session names. The execution enters its queue while it still has the lock of the session,
   * so that the session's order is kept. Then it gives up what it holds before it waits: sessions that name each other's
   * thread would otherwise wait for each other forever, and so would a runner whose slots all wait.
   * @param threadId the thread whose lock it has
   * @returns the thread whose lock it has now
   * @throws StigmerError `invalid` if no thread can have this id; ThreadError; the signal's reason
   */
  async moveTo(
    { threadId: named = "", sessionId }: Pick<ExecutionDefinition, "threadId" | "sessionId">,
    threadId: string,
    enter: Enter,
  ): Promise<string> {
    if (named === "" || named === threadId) return threadId;
    if (!isNamedThread(named)) {
      throw new StigmerError(
        "invalid",
        `The session ${sessionId} names the thread ${JSON.stringify(named.slice(0, 250))}, which is no id of a thread: it has ${NAMED_THREAD}. Change spec.thread_id of the session, or clear it.`,
      );
    }
    const { threads, log } = this.#deps;
    const { executionId } = this.#options;
    await threads
      .announce(named, executionId)
      .catch((error: unknown) =>
        log.warn(`${executionId} could not be put into the queue of ${named} yet: ${messageOf(error)}`),
      );
    await this.#release();
    await this.acquire(named, enter);
    enter("resolving");
    log.info(`${executionId} continues the thread ${named}, which its session names`);
    return named;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release();
  }

  async #release(): Promise<void> {
    const [slot, thread] = [this.#releaseSlot, this.#releaseThread];
    this.#releaseSlot = undefined;
    this.#releaseThread = undefined;
    slot?.();
    await thread?.();
  }
}
