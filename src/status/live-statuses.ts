import type { AgentExecutionStatus } from "../stigmer/index.ts";
import { type ReadableStatus, readableStatus } from "./readable-status.ts";

/** Ended executions whose last status is kept, and how large these may be together, in bytes. */
const MAX_ENDED = 20;
const MAX_ENDED_BYTES = 8 * 1024 * 1024;
/** Bytes that are assumed for a status besides its texts. */
const BASE_BYTES = 1024;

/** A status with its approximate size. */
export interface LiveStatus {
  readonly status: AgentExecutionStatus;
  readonly bytes: number;
}

interface Ended extends LiveStatus {
  readonly executionId: string;
}

/**
 * The statuses of the executions that run here, as their users see them: masked and within limits. Of a running one it
 * keeps only how to read it, so that nothing is computed while nobody reads. The statuses of the last ended ones are
 * kept within a limit of bytes.
 */
export class LiveStatuses {
  readonly #active = new Map<string, () => LiveStatus>();
  readonly #maxBytes: number;
  #ended: readonly Ended[] = [];

  constructor(maxBytes = MAX_ENDED_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Shows an execution from now on. A later one with the same id takes its place. */
  begin(executionId: string, read: () => LiveStatus): void {
    this.#active.set(executionId, read);
    this.#ended = this.#ended.filter((ended) => ended.executionId !== executionId);
  }

  /** @param read the function that it began with */
  end(executionId: string, read: () => LiveStatus, last: LiveStatus): void {
    if (this.#active.get(executionId) !== read) return;
    this.#active.delete(executionId);
    const kept: Ended[] = [];
    let bytes = 0;
    for (const ended of [{ executionId, ...last }, ...this.#ended].slice(0, MAX_ENDED)) {
      bytes += ended.bytes + BASE_BYTES;
      if (bytes > this.#maxBytes) break;
      kept.push(ended);
    }
    this.#ended = kept;
  }

  /** @returns `undefined` if the execution is not here, or ended too long ago */
  get(executionId: string): ReadableStatus | undefined {
    const ended = this.#ended.find((one) => one.executionId === executionId);
    const status = this.#active.get(executionId)?.().status ?? ended?.status;
    return status === undefined ? undefined : readableStatus(status);
  }
}
