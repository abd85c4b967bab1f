import type { CheckpointKey } from "../checkpoint-rows.ts";

/** Separates the parts of fields: no id contains it. */
export const SEPARATOR = "\u0000";

/**
 * The keys of a thread. All of them carry the thread in braces, so that a cluster keeps them on one node, where a script
 * can change them together.
 */
export class ThreadKeys {
  readonly #prefix: string;

  constructor(threadId: string) {
    this.#prefix = `stigmer:thread:{${threadId}}:`;
  }

  /** The set of the thread's namespaces. */
  get namespaces(): string {
    return `${this.#prefix}namespaces`;
  }

  /** The ids of a namespace's checkpoints, in a sorted set whose members all have one score: they sort by themselves. */
  ids(namespace: string): string {
    return `${this.#prefix}ids:${namespace}`;
  }

  /** The channel values of a namespace, by channel and version. */
  values(namespace: string): string {
    return `${this.#prefix}values:${namespace}`;
  }

  /** The start of the keys of a namespace's checkpoints; the id follows. */
  checkpoints(namespace: string): string {
    return `${this.#prefix}checkpoint:${namespace}${SEPARATOR}`;
  }

  /** The start of the keys of what tasks wrote after a checkpoint; the id follows. */
  writes(namespace: string): string {
    return `${this.#prefix}writes:${namespace}${SEPARATOR}`;
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
