import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { BudgetConfig, ModelConfig } from "../config/index.ts";
import type { AgentDefinition } from "../definition/index.ts";
import type { Logger } from "../log/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { InstalledSkills } from "../skills/index.ts";
import { buildAgent } from "./build.ts";
import type { AgentCall } from "./events/agent-call.ts";
import type { AgentEvent } from "./events/agent-event.ts";
import { CallReporter } from "./events/call-reporter.ts";
import { agentEvents, type LibraryEvent } from "./events/event-stream.ts";
import type { ResolvedServer } from "./mcp/resolved-server.ts";
import type { BaseUrl } from "./model/base-url.ts";
import { modelCaller } from "./model/call-model.ts";
import { chooseModel, isTextOnly } from "./model/model-choice.ts";
import type { ModelHealth } from "./model/model-health.ts";
import { ModelPool } from "./model/model-pool.ts";
import { promptWithContext } from "./prompt/prompt.ts";
import { SkillSections } from "./prompt/skills-section.ts";
import { runFailure } from "./run-failure.ts";
import { connectServers } from "./servers/connect-servers.ts";
import type { McpSettings } from "./servers/mcp-settings.ts";
import { Budget } from "./usage/budget.ts";
import type { UsageMeter } from "./usage/usage-meter.ts";

/** An agent is stopped after this many steps of its graph. A turn with tools takes several. Sub-agents count their own. */
const STEP_LIMIT = 1_000;

/** One message to an agent. */
export interface AgentRun {
  readonly executionId: string;
  readonly threadId: string;
  readonly agent: AgentDefinition;
  /** The agent's servers, as they were checked. */
  readonly mcpServers: readonly ResolvedServer[];
  /** The user's text. */
  readonly message: string;
  /** Empty if none is known. */
  readonly organization: string;
  /** How models are reached, and which one is the default. */
  readonly model: ModelConfig;
  readonly sandbox: Sandbox;
  /** Replaces secrets in a text. */
  readonly mask: (text: string) => string;
  /** Those of the agent and of its sub-agents. */
  readonly skills: InstalledSkills;
  /** The memory of the thread. */
  readonly checkpointer: BaseCheckpointSaver;
  /** Results with more characters than this are kept in the sandbox. */
  readonly keepResultsAbove: number;
  readonly budget: BudgetConfig;
  /** Counts what the run uses of its models. */
  readonly usage: UsageMeter;
  /** Receives the calls of models and of MCP servers, at once; must not throw. */
  readonly onCall: (call: AgentCall) => void;
  /** When the run is stopped, in ms since the epoch. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** What all runs of a runner share. */
interface AgentDeps {
  readonly baseUrl: BaseUrl;
  readonly health: ModelHealth;
  readonly mcp: McpSettings;
  readonly log: Logger;
}

/**
 * Runs an agent until it answers.
 * @returns events as they happen; the last one is the turn with the answer
 * @throws AgentError or ThreadError, with a message for the user; the signal's reason, if it aborts
 */
export async function* runAgent(run: AgentRun, deps: AgentDeps): AsyncGenerator<AgentEvent> {
  const { baseUrl, health, log } = deps;
  const choice = chooseModel(run.model, run.agent.modelName);
  const models = await ModelPool.open(run.model, choice, baseUrl);
  const runLog = log.child("agent");
  // Sub-agents that still work end with the run, whatever ends it.
  const ending = new AbortController();
  const signal = AbortSignal.any([run.signal, ending.signal]);
  const { model: config, usage, deadline } = run;
  const budget = new Budget(run.budget, usage, config.maxTokens);
  const nodes = new Map<string, string>();
  const calls = new CallReporter(run.onCall, (node) => nodes.get(node));
  const callModel = modelCaller({ models, config, budget, usage, calls, deadline, signal, health, log: runLog });
  const textOnly = () => isTextOnly(models.current);
  const providers = [choice, models.next ?? choice].map(({ provider }) => provider);
  await using servers = await connectServers(run, { ...deps.mcp, textOnly, providers, calls, log: runLog });
  for (const text of servers?.mcp.notices ?? []) yield noticeOf(text);
  const skills = new SkillSections(run.skills, models.current.client);
  const agent = buildAgent({
    executionId: run.executionId,
    definition: run.agent,
    model: models.current.client,
    activeModel: () => models.current.client,
    callModel,
    budget,
    maxTokens: run.model.maxTokens,
    sandbox: run.sandbox,
    checkpointer: run.checkpointer,
    keepResultsAbove: run.keepResultsAbove,
    textOnly,
    servers,
    skills,
    stepLimit: STEP_LIMIT,
    endRun: (error) => ending.abort(error),
    signal,
    onCall: (node, callId) => nodes.set(node, callId),
  });
  if (skills.notice !== undefined) yield noticeOf(skills.notice);
  try {
    const stream = await agent.stream(
      { messages: [{ role: "user", content: promptWithContext(run.message, run.organization) }] },
      {
        streamMode: ["messages", "updates", "tools", "custom"],
        subgraphs: true,
        configurable: { thread_id: run.threadId },
        recursionLimit: STEP_LIMIT,
        signal,
      },
    );
    yield* agentEvents(stream as AsyncIterable<LibraryEvent>, (node) => nodes.get(node), calls);
    run.signal.throwIfAborted();
  } catch (failure) {
    run.signal.throwIfAborted();
    const error: unknown = ending.signal.aborted ? ending.signal.reason : failure;
    throw runFailure(error, { choice: models.current.choice, config, stepLimit: STEP_LIMIT, log: runLog });
  } finally {
    ending.abort();
  }
}

function noticeOf(text: string): AgentEvent {
  return { type: "notice", text, actor: { kind: "main" }, at: new Date() };
}
