import type { CheckpointKey } from "../checkpoint-storage.ts";

/** Separates the parts of a field name; no id contains it. */
export const SEPARATOR = "\u0000";

/** Incremented when the stored format changes. Data in other formats is ignored and expires. */
const FORMAT = "v2";

/**
 * The keys of a thread. The braces make the thread a hash tag, by which Redis Cluster would keep them on one node; without
 * effect today, since a cluster is refused.
 */
export class ThreadKeys {
  readonly #prefix: string;

  constructor(threadId: string) {
    this.#prefix = `stigmer:thread:${FORMAT}:{${threadId}}:`;
  }

  /** The set of the thread's namespaces. */
  get namespaces(): string {
    return `${this.#prefix}namespaces`;
  }

  /** Sorted set of a namespace's checkpoint ids. All have the same score, so that they sort by id. */
  ids(namespace: string): string {
    return `${this.idsPrefix}${namespace}`;
  }

  /**
   * Set of a namespace's checkpoint ids that have writes. Writes may be stored before their checkpoint, and their messages
   * must be found. Earlier versions do not know this key; it then expires.
   */
  idsWithWrites(namespace: string): string {
    return `${this.idsWithWritesPrefix}${namespace}`;
  }

  /** Hash of a namespace's channel values, by channel and version. */
  values(namespace: string): string {
    return `${this.valuesPrefix}${namespace}`;
  }

  /** Hash of the thread's messages, by id. */
  get messages(): string {
    return `${this.#prefix}parts`;
  }

  /** Prefix of the keys of values; the namespace follows. */
  get valuesPrefix(): string {
    return `${this.#prefix}values:`;
  }

  /** Prefix of the keys of checkpoint ids; the namespace follows. */
  get idsPrefix(): string {
    return `${this.#prefix}ids:`;
  }

  /** Prefix of the keys of checkpoint ids with writes; the namespace follows. */
  get idsWithWritesPrefix(): string {
    return `${this.#prefix}written:`;
  }

  /** Prefix of the keys of writes; namespace, separator and checkpoint id follow. */
  get writesPrefix(): string {
    return `${this.#prefix}writes:`;
  }

  /** Prefix of the keys of a namespace's checkpoints; the id follows. */
  checkpointPrefixOf(namespace: string): string {
    return `${this.#prefix}checkpoint:${namespace}${SEPARATOR}`;
  }

  /** Prefix of the keys of what tasks wrote after a checkpoint; the checkpoint's id follows. */
  writesPrefixOf(namespace: string): string {
    return `${this.writesPrefix}${namespace}${SEPARATOR}`;
  }

  checkpoint({ namespace, id }: CheckpointKey): string {
    return `${this.checkpointPrefixOf(namespace)}${id}`;
  }

  writes({ namespace, id }: CheckpointKey): string {
    return `${this.writesPrefixOf(namespace)}${id}`;
  }
}

/** Sorted set of all threads by expiry, needed to list them. */
export const THREADS_KEY = "stigmer:threads";
