import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

/** Where agents' memories are kept. */
export interface ThreadStore {
  /** The saver that the agent library reads and writes a thread with. */
  readonly saver: BaseCheckpointSaver;
  /** After an execution: lets go of what only its own run needed. */
  tidy(threadId: string): Promise<void>;
  delete(threadId: string): Promise<void>;
  close(): Promise<void>;
}
