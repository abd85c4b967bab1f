import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { SecretMask } from "../shared/secret-mask.ts";

/** Where agents' memories are kept. */
export interface ThreadStore {
  /** The saver that the agent library reads and writes a thread with. */
  readonly saver: BaseCheckpointSaver;
  /**
   * The same for one execution, whose secrets are never stored: the agent works with what it has in memory, and what is
   * written is masked. So neither a later execution nor who reads the store finds them, however this one ends.
   */
  saverWith(mask: SecretMask): BaseCheckpointSaver;
  /**
   * Keeps a place in the thread's queue for an execution that will soon {@link acquire} it: Temporal may hand out the
   * task of a later message first.
   * @throws where that is not possible; the execution then gets its place when it arrives
   */
  announce(threadId: string, executionId: string): Promise<void>;
  /**
   * Waits until it is the execution's turn to have the thread: executions of one thread run one after the other, in the
   * order in which they were created, and each continues the other's memory.
   * @param onLost told when another execution has the thread too, since where they agree on it was emptied
   * @returns the function that frees it
   * @throws ThreadError; the signal's reason, when it aborts while waiting
   */
  acquire(
    threadId: string,
    executionId: string,
    signal: AbortSignal,
    onLost?: () => void,
  ): Promise<() => Promise<void>>;
  /** After an execution: lets go of what only its own run needed. */
  compact(threadId: string): Promise<void>;
  delete(threadId: string): Promise<void>;
  close(): Promise<void>;
}
