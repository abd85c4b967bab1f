export type { IsWorkflowOpen } from "./arrivals.ts";
export { EPHEMERAL, isEphemeral } from "./ephemeral.ts";
export { ThreadError } from "./thread-error.ts";
export type { ThreadStore } from "./thread-store.ts";
