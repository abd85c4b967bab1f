import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { SecretMask } from "../shared/secret-mask.ts";
import type { CheckpointStorage } from "./checkpoint-storage.ts";
import type { ThreadQueue } from "./thread-queue.ts";
import type { ThreadStore } from "./thread-store.ts";

/**
 * Checkpoints kept per thread. The newest one is the memory; a run that was killed while writing falls back to the one
 * before.
 */
const KEPT_CHECKPOINTS = 2;

/** A thread store on any {@link CheckpointStorage}. */
export class CheckpointThreadStore implements ThreadStore {
  readonly #storage: CheckpointStorage;
  readonly #queue: ThreadQueue;
  readonly #close: () => Promise<void>;

  constructor(storage: CheckpointStorage, queue: ThreadQueue, close: () => Promise<void>) {
    this.#storage = storage;
    this.#queue = queue;
    this.#close = close;
  }

  async openSaver(mask?: SecretMask): Promise<BaseCheckpointSaver> {
    // Loaded now: LangGraph takes 7 MB, and a runner that waits for executions does not need it.
    const { CheckpointSaver } = await import("./checkpoint-saver.ts");
    return new CheckpointSaver(this.#storage, KEPT_CHECKPOINTS, mask);
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
    await this.#storage.deleteThread(threadId, true);
    await this.#storage.maintenance();
  }

  async delete(threadId: string): Promise<void> {
    await this.#storage.deleteThread(threadId);
    await this.#storage.maintenance();
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
