/**
 * Agents' memory: LangGraph checkpoints by thread, and the queue that lets one execution at a time use a thread. Used by
 * the activities; the platforms open `sqlite/` or `redis/`. It never decides which execution may use which thread.
 * How checkpoints are stored: `docs/threads.md`.
 * @module
 */
export type { IsWorkflowOpen } from "./arrivals.ts";
export { ThreadError } from "./thread-error.ts";
export { ephemeralThread, isEphemeral, isNamedThread, NAMED_THREAD, sessionThread } from "./thread-id.ts";
export type { ThreadStore } from "./thread-store.ts";
