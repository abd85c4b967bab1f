import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { CheckpointRows } from "./checkpoint-rows.ts";
import { RowSaver } from "./row-saver.ts";
import type { ThreadStore } from "./thread-store.ts";

/**
 * Checkpoints kept of a thread. The newest is the memory; the one before it is what a run that was cut off while it
 * wrote goes back to.
 */
const KEPT_CHECKPOINTS = 2;

/** Lets one at a time have a thread. */
export interface Turns {
  /** @returns the function that gives it back */
  acquire(threadId: string, signal: AbortSignal, onLost?: () => void): Promise<() => void | Promise<void>>;
}

/** Threads in any store of rows. */
export class RowThreadStore implements ThreadStore {
  readonly saver: BaseCheckpointSaver;
  readonly #rows: CheckpointRows;
  readonly #turns: Turns;
  readonly #close: () => Promise<void>;

  constructor(rows: CheckpointRows, turns: Turns, close: () => Promise<void>) {
    this.#rows = rows;
    this.#turns = turns;
    this.#close = close;
    this.saver = new RowSaver(rows, KEPT_CHECKPOINTS);
  }

  async turn(threadId: string, signal: AbortSignal, onLost?: () => void): Promise<() => Promise<void>> {
    const release = await this.#turns.acquire(threadId, signal, onLost);
    return async () => await release();
  }

  async tidy(threadId: string): Promise<void> {
    await this.#rows.deleteThread(threadId, true);
    await this.#rows.upkeep();
  }

  async delete(threadId: string): Promise<void> {
    await this.#rows.deleteThread(threadId);
    await this.#rows.upkeep();
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
