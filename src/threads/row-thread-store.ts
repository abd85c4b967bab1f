import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { SecretMask } from "../shared/secret-mask.ts";
import type { CheckpointRows } from "./checkpoint-rows.ts";
import { RowSaver } from "./row-saver.ts";
import type { ThreadQueue } from "./thread-queue.ts";
import type { ThreadStore } from "./thread-store.ts";

/**
 * Checkpoints kept per thread. The newest one is the memory; a run that was killed while writing falls back to the one
 * before.
 */
const KEPT_CHECKPOINTS = 2;

/** A thread store on any {@link CheckpointRows}. */
export class RowThreadStore implements ThreadStore {
  readonly saver: BaseCheckpointSaver;
  readonly #rows: CheckpointRows;
  readonly #queue: ThreadQueue;
  readonly #close: () => Promise<void>;

  constructor(rows: CheckpointRows, queue: ThreadQueue, close: () => Promise<void>) {
    this.#rows = rows;
    this.#queue = queue;
    this.#close = close;
    this.saver = new RowSaver(rows, KEPT_CHECKPOINTS);
  }

  saverWith(mask: SecretMask): BaseCheckpointSaver {
    return new RowSaver(this.#rows, KEPT_CHECKPOINTS, mask);
  }

  async announce(threadId: string, executionId: string): Promise<void> {
    await this.#queue.announce(threadId, executionId);
  }

  async acquire(
    threadId: string,
    executionId: string,
    signal: AbortSignal,
    onLost?: () => void,
  ): Promise<() => Promise<void>> {
    return await this.#queue.acquire(threadId, executionId, signal, onLost);
  }

  async compact(threadId: string): Promise<void> {
    await this.#rows.deleteThread(threadId, true);
    await this.#rows.maintenance();
  }

  async delete(threadId: string): Promise<void> {
    await this.#rows.deleteThread(threadId);
    await this.#rows.maintenance();
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
