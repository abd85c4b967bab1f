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
import type { SecretMask } from "../shared/secret-mask.ts";
import type {
  ChannelValue,
  CheckpointKey,
  CheckpointRow,
  CheckpointStorage,
  StoredMessage,
  StoredValue,
  WriteRow,
} from "./checkpoint-storage.ts";
import { ThreadError } from "./thread-error.ts";
import { type SerializedValues, ValueCodec } from "./value-codec.ts";

/** Another process may delete a checkpoint while it is being read; the newest one is then read instead. */
const MAX_READ_ATTEMPTS = 20;
/** After this many checkpoints, unreferenced messages are deleted. The end of an execution does so too. */
const SWEEP_EVERY = 64;

/** LangGraph's checkpoint saver on any {@link CheckpointStorage}. */
export class CheckpointSaver extends BaseCheckpointSaver {
  readonly #storage: CheckpointStorage;
  readonly #keep: number;
  readonly #codec: ValueCodec;
  #puts = 0;

  /**
   * @param keep how many checkpoints to keep per thread and namespace; each contains the whole conversation
   * @param mask masks the secrets that must not be stored
   */
  constructor(storage: CheckpointStorage, keep: number, mask?: SecretMask) {
    super();
    this.#storage = storage;
    this.#keep = keep;
    this.#codec = new ValueCodec(this.serde, mask);
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { threadId, namespace } = threadAndNamespace(config);
    if (threadId === undefined) return undefined;
    const storage = this.#storageFor(config);
    const id = getCheckpointId(config);
    for (let attempt = 0; attempt < MAX_READ_ATTEMPTS; attempt++) {
      const row = await storage.get(threadId, namespace ?? "", id === "" ? undefined : id);
      if (row === undefined) return undefined;
      const tuple = await this.#tuple(row, storage);
      if (tuple !== undefined) return tuple;
    }
    throw new ThreadError(
      "damaged",
      `The agent's memory cannot be read: messages of the thread ${threadId} are missing.`,
      undefined,
      ["Start a new session."],
    );
  }

  override async *list(config: RunnableConfig, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const { threadId, namespace } = threadAndNamespace(config);
    const id = getCheckpointId(config);
    const before: string | undefined = options.before?.configurable?.["checkpoint_id"];
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const storage = this.#storageFor(config);
    for await (const row of storage.list(threadId, namespace)) {
      if (left <= 0) return;
      if ((id !== "" && row.id !== id) || (before !== undefined && row.id >= before)) continue;
      if (options.filter !== undefined) {
        const metadata = await this.#codec.deserialize<Record<string, unknown>>(row.metadata);
        if (!Object.entries(options.filter).every(([key, value]) => metadata[key] === value)) continue;
      }
      const tuple = await this.#tuple(row, storage);
      // Another process has deleted it meanwhile.
      if (tuple === undefined) continue;
      left--;
      yield tuple;
    }
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { threadId, namespace = "" } = threadAndNamespace(config);
    if (threadId === undefined) throw new Error('a checkpoint needs "thread_id" in its configuration');
    const parentId: string | undefined = config.configurable?.["checkpoint_id"];
    const row: CheckpointRow = {
      threadId,
      namespace,
      id: checkpoint.id,
      checkpoint: await this.#codec.serialize({ ...copyCheckpoint(checkpoint), channel_values: {} }),
      metadata: await this.#codec.serialize(metadata),
      versions: Object.fromEntries(
        Object.entries(checkpoint.channel_versions).map(([channel, version]) => [channel, String(version)]),
      ),
      ...(parentId === undefined ? {} : { parentId }),
    };
    const changed = Object.entries(newVersions).filter(([channel]) => channel in checkpoint.channel_values);
    const serialized = await this.#codec.serializeValues(
      async (serialize) =>
        await Promise.all(
          changed.map(
            async ([channel, version]): Promise<ChannelValue> => ({
              channel,
              version: String(version),
              value: await serialize(checkpoint.channel_values[channel]),
            }),
          ),
        ),
    );
    const storage = this.#storageFor(config);
    await store(serialized, (values, messages) => storage.put(row, values, messages, this.#keep));
    if (++this.#puts % SWEEP_EVERY === 0) await this.#sweep(threadId);
    return configOf(row);
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const { threadId, namespace = "" } = threadAndNamespace(config);
    const id = getCheckpointId(config);
    if (threadId === undefined || id === "")
      throw new Error('writes need "thread_id" and "checkpoint_id" in their configuration');
    const serialized = await this.#codec.serializeValues(
      async (serialize) =>
        await Promise.all(
          writes.map(async ([channel, value], position): Promise<WriteRow> => {
            const index = WRITES_IDX_MAP[channel] ?? position;
            return { taskId, index, taskPath, channel, value: await serialize(value) };
          }),
        ),
    );
    const storage = this.#storageFor(config);
    await store(serialized, (rows, messages) => storage.putWrites({ threadId, namespace, id }, rows, messages));
  }

  override async deleteThread(threadId: string): Promise<void> {
    await this.#storage.deleteThread(threadId);
  }

  /** Never throws: the checkpoint is stored, and a later sweep deletes what is left. */
  async #sweep(threadId: string): Promise<void> {
    await this.#storage.sweep(threadId).catch(() => undefined);
  }

  /** The graph's configuration carries the signal of its run, which must also end what the saver waits for. */
  #storageFor({ signal }: RunnableConfig): CheckpointStorage {
    return (signal === undefined ? undefined : this.#storage.withSignal?.(signal)) ?? this.#storage;
  }

  /** @returns `undefined` if the checkpoint or some of its messages were deleted meanwhile */
  async #tuple(row: CheckpointRow, storage: CheckpointStorage): Promise<CheckpointTuple | undefined> {
    const parent = row.parentId === undefined ? undefined : { ...row, id: row.parentId };
    const checkpoint = await this.#codec.deserialize<Checkpoint>(row.checkpoint);
    const values = await storage.values(row);
    const writes = await this.#orderedWrites(row, storage);
    // Checkpoint formats before version 4 store the tasks to run next as writes of the parent.
    const tasks = checkpoint.v < 4 && parent !== undefined ? await this.#orderedWrites(parent, storage) : undefined;
    const sends = tasks?.filter(({ channel }) => channel === TASKS);

    const stored = [...values, ...writes, ...(sends ?? [])].map(({ value }) => value);
    const messages = await this.#codec.readMessages(stored, (ids) => storage.messages(row.threadId, ids));
    if (messages === undefined) return undefined;
    // Values and writes are deleted together with their checkpoint: they are complete if it is still there.
    if ((await storage.get(row.threadId, row.namespace, row.id)) === undefined) return undefined;
    const deserialize = async (value: StoredValue) => await this.#codec.deserializeValue(value, messages);
    for (const { channel, value } of values) checkpoint.channel_values[channel] = await deserialize(value);
    if (sends !== undefined) {
      const versions = Object.values(checkpoint.channel_versions);
      checkpoint.channel_values[TASKS] = await Promise.all(sends.map(({ value }) => deserialize(value)));
      checkpoint.channel_versions[TASKS] =
        versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined);
    }
    const pendingWrites = await Promise.all(
      writes.map(
        async ({ taskId, channel, value }): Promise<[string, string, unknown]> => [
          taskId,
          channel,
          await deserialize(value),
        ],
      ),
    );
    const metadata = await this.#codec.deserialize<CheckpointMetadata>(row.metadata);
    const parentConfig = parent === undefined ? {} : { parentConfig: configOf(parent) };
    return { config: configOf(row), checkpoint, metadata, pendingWrites, ...parentConfig };
  }

  async #orderedWrites(key: CheckpointKey, storage: CheckpointStorage): Promise<WriteRow[]> {
    const keyOf = (row: WriteRow) => writesSortKey(row.taskPath, row.taskId, row.index);
    return (await storage.writes(key)).sort((a, b) => compareWritesSortKeys(keyOf(a), keyOf(b)));
  }
}

/** Another process may delete messages while this one stores values that refer to them. */
const MAX_WRITE_ATTEMPTS = 10;

/** Stores values with their new messages; if the store turns out to lack further ones, adds these and tries again. */
async function store<T>(
  serialized: SerializedValues<T>,
  put: (values: T, messages: readonly StoredMessage[]) => Promise<string[]>,
): Promise<void> {
  let messages = serialized.added;
  for (let attempt = 0; attempt < MAX_WRITE_ATTEMPTS; attempt++) {
    const missing = await put(serialized.values, messages);
    if (missing.length === 0) return;
    messages = [...messages, ...(await serialized.serializeAgain(missing))];
  }
  throw new ThreadError(
    "conflict",
    "The agent's memory cannot be written: another execution changed it at the same time. Send the message again.",
  );
}

function threadAndNamespace(config: RunnableConfig): { readonly threadId?: string; readonly namespace?: string } {
  const { thread_id: threadId, checkpoint_ns: namespace } = (config.configurable ?? {}) as Record<
    string,
    string | undefined
  >;
  return { ...(threadId === undefined ? {} : { threadId }), ...(namespace === undefined ? {} : { namespace }) };
}

function configOf({ threadId, namespace, id }: CheckpointKey): RunnableConfig {
  return { configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: id } };
}
