import type { TemporalConfig } from "../config/index.ts";
import { TemporalError } from "./temporal-error.ts";

/** `NAMESPACE_STATE_DELETED` of Temporal's API. */
const DELETED = 3;

/** Makes sure that a namespace was not deleted: the server still describes it for a while. @throws TemporalError */
export function checkState(state: number | null | undefined, { namespace, address }: TemporalConfig): void {
  if (state !== DELETED) return;
  throw new TemporalError("namespace-not-found", `the namespace "${namespace}" at ${address} was deleted`, undefined);
}
