import type { CheckpointRow, StoredValue } from "../checkpoint-storage.ts";

export interface CheckpointRecord {
  readonly thread_id: string;
  readonly namespace: string;
  readonly id: string;
  readonly parent_id: string | null;
  readonly checkpoint_type: string;
  readonly checkpoint: Uint8Array;
  readonly metadata_type: string;
  readonly metadata: Uint8Array;
  readonly versions: string;
}

export interface ValueRecord {
  readonly channel: string;
  readonly version: string;
  readonly type: string;
  readonly value: Uint8Array;
  readonly parts: string;
}

export interface WriteRecord {
  readonly task_id: string;
  readonly idx: number;
  readonly task_path: string;
  readonly channel: string;
  readonly type: string;
  readonly value: Uint8Array;
  readonly parts: string;
}

export interface MessageRecord {
  readonly id: string;
  readonly type: string;
  readonly value: Uint8Array;
}

/** The last three columns of values and writes. */
export function valueColumns({ type, data, messageIds }: StoredValue): [string, Uint8Array, string] {
  return [type, data, JSON.stringify(messageIds)];
}

/** The inverse of {@link valueColumns}. */
export function valueFromRecord({ type, value, parts }: Pick<ValueRecord, "type" | "value" | "parts">): StoredValue {
  return { type, data: value, messageIds: JSON.parse(parts) as string[] };
}

export function checkpointRow(record: CheckpointRecord): CheckpointRow {
  const { thread_id, namespace, id, parent_id, checkpoint_type, checkpoint, metadata_type, metadata, versions } =
    record;
  return {
    threadId: thread_id,
    namespace,
    id,
    checkpoint: { type: checkpoint_type, data: checkpoint },
    metadata: { type: metadata_type, data: metadata },
    versions: JSON.parse(versions) as Record<string, string>,
    ...(parent_id === null ? {} : { parentId: parent_id }),
  };
}
