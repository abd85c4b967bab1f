/** A serialized value and the name of its format, as the library's serializer returns it. */
export interface Blob {
  readonly type: string;
  readonly data: Uint8Array;
}

/** A message, stored once for all values of its thread that contain it. Its id is a hash of its content. */
export interface StoredMessage {
  readonly id: string;
  readonly value: Blob;
}

/** A value without its messages, and the ids of these messages in order. */
export interface StoredValue extends Blob {
  readonly messageIds: readonly string[];
}

/** The ids of the messages that values refer to and that are not among the given ones. */
export function furtherMessages(
  given: readonly StoredMessage[],
  values: readonly { readonly value: StoredValue }[],
): readonly string[] {
  const known = new Set(given.map(({ id }) => id));
  return [...new Set(values.flatMap(({ value }) => value.messageIds))].filter((id) => !known.has(id));
}

/** Identifies a checkpoint. Each sub-graph has its own namespace; the agent's own graph has the empty one. */
export interface CheckpointKey {
  readonly threadId: string;
  readonly namespace: string;
  readonly id: string;
}

export interface CheckpointRow extends CheckpointKey {
  readonly parentId?: string;
  /** The checkpoint without the values of its channels. */
  readonly checkpoint: Blob;
  readonly metadata: Blob;
  /** The version of each channel, as text. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The value of a channel at a version. Stored once, however many checkpoints refer to it. */
export interface ChannelValue {
  readonly channel: string;
  readonly version: string;
  readonly value: StoredValue;
}

/** One write of a task on a channel, between two checkpoints. */
export interface WriteRow {
  readonly taskId: string;
  /** Position among the task's writes; negative for the library's special channels. */
  readonly index: number;
  readonly taskPath: string;
  readonly channel: string;
  readonly value: StoredValue;
}

/** The storage behind the checkpoint saver. Ids of checkpoints sort by age. */
export interface CheckpointStorage {
  /** The same storage; its calls reject with the signal's reason when it aborts. Absent if no call takes long. */
  withSignal?(signal: AbortSignal): CheckpointStorage;
  /** The checkpoint, or without `id` the newest one of the thread and namespace. */
  get(threadId: string, namespace: string, id?: string): Promise<CheckpointRow | undefined>;
  /** Checkpoints of a thread and namespace, newest first; without `threadId` those of all threads. */
  list(threadId?: string, namespace?: string): AsyncIterable<CheckpointRow>;
  /**
   * Adds or replaces a checkpoint, its new channel values and their new messages. Deletes older checkpoints of the same
   * thread and namespace beyond `keep`, with the writes and values that only they referred to. All or nothing.
   * @returns the ids of messages that are neither given nor stored; if there are any, nothing was changed
   */
  put(
    row: CheckpointRow,
    values: readonly ChannelValue[],
    messages: readonly StoredMessage[],
    keep: number,
  ): Promise<string[]>;
  /** The stored values of a checkpoint's channels, at the checkpoint's versions. */
  values(row: CheckpointRow): Promise<ChannelValue[]>;
  writes(key: CheckpointKey): Promise<WriteRow[]>;
  /**
   * Stores all writes or none. An existing row is kept if its index is not negative, and replaced if it is.
   * @returns the same as {@link put}
   */
  putWrites(key: CheckpointKey, rows: readonly WriteRow[], messages: readonly StoredMessage[]): Promise<string[]>;
  /** The messages with these ids, as far as they are stored. */
  messages(threadId: string, ids: readonly string[]): Promise<StoredMessage[]>;
  /** Deletes a thread's messages that no value refers to any more. */
  sweep(threadId: string): Promise<void>;
  /** Deletes a thread, or with `onlySubGraphs` everything outside the empty namespace. */
  deleteThread(threadId: string, onlySubGraphs?: boolean): Promise<void>;
  /** Deletes long unused threads and returns unused space to the file system, a limited amount per call. */
  maintenance(): Promise<void>;
}
