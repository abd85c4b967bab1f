import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { CheckpointRows } from "./checkpoint-rows.ts";
import { RowSaver } from "./row-saver.ts";
import type { ThreadStore } from "./thread-store.ts";

/**
 * Checkpoints kept of a thread. The newest is the memory; the one before it is what a run that was cut off while it
 * wrote goes back to.
 */
const KEPT_CHECKPOINTS = 2;

/** Threads in any store of rows. */
export class RowThreadStore implements ThreadStore {
  readonly saver: BaseCheckpointSaver;
  readonly #rows: CheckpointRows;
  readonly #close: () => Promise<void>;

  constructor(rows: CheckpointRows, close: () => Promise<void>) {
    this.#rows = rows;
    this.#close = close;
    this.saver = new RowSaver(rows, KEPT_CHECKPOINTS);
  }

  async tidy(threadId: string): Promise<void> {
    await this.#rows.deleteThread(threadId, true);
  }

  async delete(threadId: string): Promise<void> {
    await this.#rows.deleteThread(threadId);
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
