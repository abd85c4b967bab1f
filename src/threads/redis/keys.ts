import type { CheckpointKey } from "../checkpoint-rows.ts";

/** Separates the parts of fields: no id contains it. */
export const SEPARATOR = "\u0000";

/** Changed with what is stored: what another version of the program left is not seen, and its time to live ends it. */
const FORMAT = "v2";

/**
 * The keys of a thread. All of them carry the thread in braces, so that a cluster keeps them on one node, where a script
 * can change them together.
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

  /** The ids of a namespace's checkpoints, in a sorted set whose members all have one score: they sort by themselves. */
  ids(namespace: string): string {
    return `${this.allIds}${namespace}`;
  }

  /** The channel values of a namespace, by channel and version. */
  values(namespace: string): string {
    return `${this.allValues}${namespace}`;
  }

  /** The thread's messages, by id. */
  get parts(): string {
    return `${this.#prefix}parts`;
  }

  /** The start of the keys of the thread's values; the namespace follows. */
  get allValues(): string {
    return `${this.#prefix}values:`;
  }

  /** The start of the keys of the thread's ids; the namespace follows. */
  get allIds(): string {
    return `${this.#prefix}ids:`;
  }

  /** The start of the keys of all writes; namespace, separator and id follow. */
  get allWrites(): string {
    return `${this.#prefix}writes:`;
  }

  /** The start of the keys of a namespace's checkpoints; the id follows. */
  checkpoints(namespace: string): string {
    return `${this.#prefix}checkpoint:${namespace}${SEPARATOR}`;
  }

  /** The start of the keys of what tasks wrote after a checkpoint; the id follows. */
  writes(namespace: string): string {
    return `${this.allWrites}${namespace}${SEPARATOR}`;
  }

  checkpoint({ namespace, id }: CheckpointKey): string {
    return `${this.checkpoints(namespace)}${id}`;
  }

  writesOf({ namespace, id }: CheckpointKey): string {
    return `${this.writes(namespace)}${id}`;
  }
}

/** All threads, by when they expire; without it nobody could list them. */
export const THREADS_KEY = "stigmer:threads";
