import type { EmbeddedBridge } from "./embedded.ts";
import type { Place } from "./places.ts";
import type { FailedPlace } from "./reasons.ts";
import type { Candidate } from "./search.ts";

/** What the thread begins with. */
export interface WorkerInput {
  readonly places: readonly Place[];
  readonly bridge: EmbeddedBridge;
}

/** A file to load, or, at the end, each place that failed. */
export type FromWorker = { readonly candidate: Candidate } | { readonly failures: readonly FailedPlace[] };

/** Why the main thread could not load the last file. */
export interface ToWorker {
  readonly reason: string;
}
