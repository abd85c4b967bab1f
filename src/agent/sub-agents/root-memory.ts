import { ToolMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";

/**
 * The memory of the main agent alone. A sub-agent begins each task with an empty conversation, and a task is never
 * continued after its runner has ended: what LangGraph would store of it is never read.
 */
export class RootMemory extends BaseCheckpointSaver {
  readonly #saver: BaseCheckpointSaver;
  #finishedCalls: readonly ToolMessage[] = [];

  constructor(saver: BaseCheckpointSaver) {
    super(saver.serde);
    this.#saver = saver;
  }

  /** Results that were stored when the last run ended in the middle of a step: LangGraph drops them for a new message. */
  get finishedCalls(): readonly ToolMessage[] {
    return this.#finishedCalls;
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    if (isSubGraph(config)) return undefined;
    const tuple = await this.#saver.getTuple(config);
    this.#finishedCalls = resultsIn(tuple?.pendingWrites ?? []);
    return tuple;
  }

  override async *list(config: RunnableConfig, options?: CheckpointListOptions): AsyncGenerator<CheckpointTuple> {
    if (!isSubGraph(config)) yield* this.#saver.list(config, options);
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    if (!isSubGraph(config)) return await this.#saver.put(config, checkpoint, metadata, newVersions);
    return { configurable: { ...config.configurable, checkpoint_id: checkpoint.id } };
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath?: string,
  ): Promise<void> {
    if (!isSubGraph(config)) await this.#saver.putWrites(config, writes, taskId, taskPath);
  }

  override async deleteThread(threadId: string): Promise<void> {
    await this.#saver.deleteThread(threadId);
  }

  override getNextVersion(current: number | undefined): number {
    return this.#saver.getNextVersion(current);
  }
}

/** The results of calls. One that has changed more than the conversation is none: that part of it is lost. */
function resultsIn(writes: NonNullable<CheckpointTuple["pendingWrites"]>): readonly ToolMessage[] {
  const others = new Set(
    writes.flatMap(([taskId, channel]) => (channel === "todos" || channel === "files" ? [taskId] : [])),
  );
  return writes
    .filter(([taskId, channel]) => channel === "messages" && !others.has(taskId))
    .flatMap(([, , value]) => (Array.isArray(value) ? value : [value]))
    .filter((value) => ToolMessage.isInstance(value));
}

/** Each sub-graph has a namespace of its own; that of the main agent is empty. */
function isSubGraph({ configurable }: RunnableConfig): boolean {
  const namespace: unknown = configurable?.["checkpoint_ns"];
  return typeof namespace === "string" && namespace !== "";
}
