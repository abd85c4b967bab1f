/** A serialised value with the name of its format, as the library's serialiser gives it. */
export interface Blob {
  readonly type: string;
  readonly data: Uint8Array;
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
  readonly value: Blob;
}

/** One write of a task on a channel, between two checkpoints. */
export interface WriteRow {
  readonly taskId: string;
  /** Position among the task's writes; negative for the library's special channels. */
  readonly index: number;
  readonly taskPath: string;
  readonly channel: string;
  readonly value: Blob;
}

/** What a checkpoint saver needs of a store. Ids of checkpoints sort by age. */
export interface CheckpointRows {
  /** The checkpoint, or without `id` the newest of its thread and namespace. */
  get(threadId: string, namespace: string, id?: string): Promise<CheckpointRow | undefined>;
  /** Checkpoints by thread and namespace, the newest first; without a thread those of all. */
  list(threadId?: string, namespace?: string): AsyncIterable<CheckpointRow>;
  /**
   * Adds or replaces a checkpoint with the channel values that are new in it, and lets go of older checkpoints of the
   * same thread and namespace beyond `keep`, with the writes and values that only they referred to. All or nothing.
   */
  put(row: CheckpointRow, values: readonly ChannelValue[], keep: number): Promise<void>;
  /** The stored values of a checkpoint's channels, at the checkpoint's versions. */
  values(row: CheckpointRow): Promise<ChannelValue[]>;
  writes(key: CheckpointKey): Promise<WriteRow[]>;
  /** All or none. A row that is there is kept where its index is positive, and replaced where it is negative. */
  putWrites(key: CheckpointKey, rows: readonly WriteRow[]): Promise<void>;
  /** Deletes a thread, or with `onlySubGraphs` all of it but its own namespace. */
  deleteThread(threadId: string, onlySubGraphs?: boolean): Promise<void>;
}
