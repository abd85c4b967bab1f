export type { AgentErrorCode } from "./agent-error.ts";
export { AgentError } from "./agent-error.ts";
export type { Actor, AgentEvent, RequestedCall, TodoEntry } from "./agent-event.ts";
export type { ModelChoice } from "./model/model-choice.ts";
export { chooseModel } from "./model/model-choice.ts";
export type { AgentRun } from "./run-agent.ts";

/** Loads the agent library, which takes memory and time, and returns what runs agents with it. */
export async function loadAgent() {
  return (await import("./run-agent.ts")).runAgent;
}
