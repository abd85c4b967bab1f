/**
 * Agents' memory: LangGraph checkpoints by thread, and the queue that lets one execution at a time use a thread. Used by
 * the activities; the platforms open `sqlite/` or `redis/`. It never decides which thread an execution uses.
 * How checkpoints are stored: `docs/threads.md`.
 * @module
 */
export type { IsWorkflowOpen } from "./arrivals.ts";
export { EPHEMERAL, isEphemeral } from "./ephemeral.ts";
export { ThreadError } from "./thread-error.ts";
export type { ThreadStore } from "./thread-store.ts";
