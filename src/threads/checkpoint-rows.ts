/** A serialised value with the name of its format, as the library's serialiser gives it. */
export interface Blob {
  readonly type: string;
  readonly data: Uint8Array;
}

/** A message, kept once for all values of its thread that hold it. Its id is made of its content. */
export interface StoredMessage {
  readonly id: string;
  readonly value: Blob;
}

/** A value without its messages, and the ids of these. */
export interface StoredValue extends Blob {
  readonly parts: readonly string[];
}

/** Which checkpoint: sub-graphs keep theirs under namespaces of their own. */
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

/** What a checkpoint saver needs of a store. Ids of checkpoints sort by age. */
export interface CheckpointRows {
  /** The same rows, whose work ends with the signal's reason when it aborts; absent where nothing takes long. */
  until?(signal: AbortSignal): CheckpointRows;
  /** The checkpoint, or without `id` the newest of its thread and namespace. */
  get(threadId: string, namespace: string, id?: string): Promise<CheckpointRow | undefined>;
  /** Checkpoints by thread and namespace, the newest first; without a thread those of all. */
  list(threadId?: string, namespace?: string): AsyncIterable<CheckpointRow>;
  /**
   * Adds or replaces a checkpoint with the channel values that are new in it and the parts of these that are new, and
   * lets go of older checkpoints of the same thread and namespace beyond `keep`, with the writes and values that only
   * they referred to. All or nothing.
   * @returns the ids of parts that are neither given nor stored; where there are any, nothing is done
   */
  put(
    row: CheckpointRow,
    values: readonly ChannelValue[],
    parts: readonly StoredMessage[],
    keep: number,
  ): Promise<string[]>;
  /** The stored values of a checkpoint's channels, at the checkpoint's versions. */
  values(row: CheckpointRow): Promise<ChannelValue[]>;
  writes(key: CheckpointKey): Promise<WriteRow[]>;
  /**
   * All or none. A row that is there is kept where its index is positive, and replaced where it is negative.
   * @returns as {@link put}
   */
  putWrites(key: CheckpointKey, rows: readonly WriteRow[], parts: readonly StoredMessage[]): Promise<string[]>;
  /** Those of the parts that there are. */
  parts(threadId: string, ids: readonly string[]): Promise<StoredMessage[]>;
  /** Lets go of a thread's parts that no value refers to any more. */
  sweep(threadId: string): Promise<void>;
  /** Deletes a thread, or with `onlySubGraphs` all of it but its own namespace. */
  deleteThread(threadId: string, onlySubGraphs?: boolean): Promise<void>;
  /** Lets go of what was not used for long and of unused space; a little at a time. */
  maintenance(): Promise<void>;
}
