import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { SecretMask } from "../shared/secret-mask.ts";

/** Stores agents' memories: one thread for each session, with the queue of executions that want it. */
export interface ThreadStore {
  /**
   * Opens a saver, with which the agent library reads and writes threads. The first call loads what LangGraph needs for
   * that.
   * @param mask masks secrets before they are written. The agent keeps working with the unmasked values in memory; neither
   *   a later execution nor a reader of the store can find them, however this execution ends
   */
  openSaver(mask?: SecretMask): Promise<BaseCheckpointSaver>;
  /**
   * Announces an execution, which will call {@link acquire} soon. Temporal may dispatch the task of a later message first.
   * @throws if that is not possible; the execution is then queued when it calls acquire
   */
  announce(threadId: string, executionId: string): Promise<void>;
  /**
   * Waits for the thread's lock. Executions of one thread run one after the other, in the order in which they were
   * created, and each continues the memory of the one before.
   * @param onLost called when another execution got the lock too, because the shared store lost its data
   * @returns the function that releases the lock
   * @throws ThreadError; the signal's reason if it aborts while waiting
   */
  acquire(
    threadId: string,
    executionId: string,
    signal: AbortSignal,
    onLost?: () => void,
  ): Promise<() => Promise<void>>;
  /** Called after an execution: deletes what only its own run needed, and does some maintenance. */
  compact(threadId: string): Promise<void>;
  delete(threadId: string): Promise<void>;
  close(): Promise<void>;
}
