import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  compareWritesSortKeys,
  copyCheckpoint,
  getCheckpointId,
  maxChannelVersion,
  type PendingWrite,
  TASKS,
  WRITES_IDX_MAP,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";
import type { Blob, CheckpointKey, CheckpointRow, CheckpointRows, WriteRow } from "./checkpoint-rows.ts";

/** LangGraph's checkpoint saver on any {@link CheckpointRows}. */
export class RowSaver extends BaseCheckpointSaver {
  readonly #rows: CheckpointRows;
  readonly #keep: number;

  /** @param keep checkpoints that are kept of each thread and namespace: each holds the whole conversation */
  constructor(rows: CheckpointRows, keep: number) {
    super();
    this.#rows = rows;
    this.#keep = keep;
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { threadId, namespace } = place(config);
    if (threadId === undefined) return undefined;
    const id = getCheckpointId(config);
    const row = await this.#rows.get(threadId, namespace ?? "", id === "" ? undefined : id);
    return row === undefined ? undefined : await this.#tuple(row);
  }

  override async *list(config: RunnableConfig, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const { threadId, namespace } = place(config);
    const id = getCheckpointId(config);
    const before: string | undefined = options.before?.configurable?.["checkpoint_id"];
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    for await (const row of this.#rows.list(threadId, namespace)) {
      if (left <= 0) return;
      if ((id !== "" && row.id !== id) || (before !== undefined && row.id >= before)) continue;
      if (options.filter !== undefined) {
        const metadata = await this.#load<Record<string, unknown>>(row.metadata);
        if (!Object.entries(options.filter).every(([key, value]) => metadata[key] === value)) continue;
      }
      left--;
      yield await this.#tuple(row);
    }
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { threadId, namespace = "" } = place(config);
    if (threadId === undefined) throw new Error('a checkpoint needs "thread_id" in its configuration');
    const parentId: string | undefined = config.configurable?.["checkpoint_id"];
    const row: CheckpointRow = {
      threadId,
      namespace,
      id: checkpoint.id,
      checkpoint: await this.#dump({ ...copyCheckpoint(checkpoint), channel_values: {} }),
      metadata: await this.#dump(metadata),
      versions: Object.fromEntries(
        Object.entries(checkpoint.channel_versions).map(([channel, version]) => [channel, String(version)]),
      ),
      ...(parentId === undefined ? {} : { parentId }),
    };
    const changed = Object.entries(newVersions).filter(([channel]) => channel in checkpoint.channel_values);
    const values = await Promise.all(
      changed.map(async ([channel, version]) => ({
        channel,
        version: String(version),
        value: await this.#dump(checkpoint.channel_values[channel]),
      })),
    );
    await this.#rows.put(row, values, this.#keep);
    return configOf(row);
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const { threadId, namespace = "" } = place(config);
    const id = getCheckpointId(config);
    if (threadId === undefined || id === "")
      throw new Error('writes need "thread_id" and "checkpoint_id" in their configuration');
    const rows = await Promise.all(
      writes.map(async ([channel, value], position): Promise<WriteRow> => {
        const index = WRITES_IDX_MAP[channel] ?? position;
        return { taskId, index, taskPath, channel, value: await this.#dump(value) };
      }),
    );
    await this.#rows.putWrites({ threadId, namespace, id }, rows);
  }

  override async deleteThread(threadId: string): Promise<void> {
    await this.#rows.deleteThread(threadId);
  }

  async #tuple(row: CheckpointRow): Promise<CheckpointTuple> {
    const checkpoint = await this.#load<Checkpoint>(row.checkpoint);
    for (const { channel, value } of await this.#rows.values(row))
      checkpoint.channel_values[channel] = await this.#load(value);
    // Before version 4 the tasks to run next were writes of the parent.
    if (checkpoint.v < 4 && row.parentId !== undefined)
      await this.#addPendingSends(checkpoint, { ...row, id: row.parentId });
    const pendingWrites = await Promise.all(
      (await this.#orderedWrites(row)).map(
        async (write): Promise<[string, string, unknown]> => [
          write.taskId,
          write.channel,
          await this.#load(write.value),
        ],
      ),
    );
    const metadata = await this.#load<CheckpointMetadata>(row.metadata);
    const parent = row.parentId === undefined ? {} : { parentConfig: configOf({ ...row, id: row.parentId }) };
    return { config: configOf(row), checkpoint, metadata, pendingWrites, ...parent };
  }

  async #addPendingSends(checkpoint: Checkpoint, parent: CheckpointKey): Promise<void> {
    const sends = (await this.#orderedWrites(parent)).filter((write) => write.channel === TASKS);
    checkpoint.channel_values[TASKS] = await Promise.all(sends.map((write) => this.#load(write.value)));
    const versions = Object.values(checkpoint.channel_versions);
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined);
  }

  async #orderedWrites(key: CheckpointKey): Promise<WriteRow[]> {
    const keyOf = (row: WriteRow) => writesSortKey(row.taskPath, row.taskId, row.index);
    return (await this.#rows.writes(key)).sort((a, b) => compareWritesSortKeys(keyOf(a), keyOf(b)));
  }

  async #dump(value: unknown): Promise<Blob> {
    const [type, data] = await this.serde.dumpsTyped(value);
    return { type, data };
  }

  async #load<T>({ type, data }: Blob): Promise<T> {
    return (await this.serde.loadsTyped(type, data)) as T;
  }
}

function place(config: RunnableConfig): { readonly threadId?: string; readonly namespace?: string } {
  const { thread_id: threadId, checkpoint_ns: namespace } = (config.configurable ?? {}) as Record<
    string,
    string | undefined
  >;
  return { ...(threadId === undefined ? {} : { threadId }), ...(namespace === undefined ? {} : { namespace }) };
}

function configOf({ threadId, namespace, id }: CheckpointKey): RunnableConfig {
  return { configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: id } };
}
