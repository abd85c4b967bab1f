import type { ModelConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import type { HealthCheck } from "../shared/health.ts";
import type { AgentEvent } from "./agent-event.ts";
import { BaseUrl } from "./model/base-url.ts";
import { ModelHealth } from "./model/model-health.ts";
import type { AgentRun } from "./run-agent.ts";

export type { AgentErrorCode } from "./agent-error.ts";
export { AgentError } from "./agent-error.ts";
export type { Actor, AgentEvent, RequestedCall, TodoEntry } from "./agent-event.ts";
export type { ModelChoice } from "./model/model-choice.ts";
export { chooseModel } from "./model/model-choice.ts";
export type { AgentRun } from "./run-agent.ts";

/** What a runner has of agents. */
export interface Agents {
  /** Loads the agent library, which takes memory and time, and returns what runs agents with it. */
  readonly load: () => Promise<(run: AgentRun) => AsyncIterable<AgentEvent>>;
  /** Whether the default model can work. */
  readonly check: HealthCheck;
}

export function openAgents(model: ModelConfig, log: Logger): Agents {
  const baseUrl = new BaseUrl(model, log.child("model"));
  const health = new ModelHealth(model, baseUrl);
  return {
    load: async () => {
      const { runAgent } = await import("./run-agent.ts");
      return (run) => runAgent(run, { baseUrl, health, log });
    },
    check: health,
  };
}
