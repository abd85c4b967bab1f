import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

/** Where agents' memories are kept. */
export interface ThreadStore {
  /** The saver that the agent library reads and writes a thread with. */
  readonly saver: BaseCheckpointSaver;
  /**
   * Waits for the thread to be free: executions of one thread run one after the other, each continues the other's
   * memory.
   * @param onLost told when another process has the thread too, since where they agree on it was emptied
   * @returns the function that frees it
   * @throws ThreadError; the signal's reason, when it aborts while waiting
   */
  turn(threadId: string, signal: AbortSignal, onLost?: () => void): Promise<() => Promise<void>>;
  /** After an execution: lets go of what only its own run needed. */
  tidy(threadId: string): Promise<void>;
  delete(threadId: string): Promise<void>;
  close(): Promise<void>;
}
