import { GraphRecursionError } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { BudgetConfig, ModelConfig } from "../config/index.ts";
import type { AgentDefinition, SkillReference } from "../definition/index.ts";
import type { Logger } from "../log/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { causeOf, stackOf } from "../shared/errors.ts";
import type { InstalledSkills } from "../skills/index.ts";
import { ThreadError } from "../threads/index.ts";
import { AgentError } from "./agent-error.ts";
import type { AgentEvent } from "./agent-event.ts";
import { Budget } from "./budget.ts";
import { buildAgent } from "./build.ts";
import { connectServers } from "./connect-servers.ts";
import { agentEvents, type LibraryEvent } from "./event-stream.ts";
import type { McpSettings } from "./mcp-settings.ts";
import type { BaseUrl } from "./model/base-url.ts";
import { modelCaller } from "./model/call-model.ts";
import { canReceiveImages, chooseModel } from "./model/model-choice.ts";
import { explainModelError } from "./model/model-error.ts";
import type { ModelHealth } from "./model/model-health.ts";
import { ModelPool } from "./model/model-pool.ts";
import { promptWithContext } from "./prompt.ts";
import { describeSkills, shortenedNotice } from "./skills-section.ts";
import type { UsageMeter } from "./usage-meter.ts";

/** An agent is stopped after this many steps of its graph. A turn with tools takes several. Sub-agents count their own. */
const STEP_LIMIT = 1_000;

/** One message to an agent. */
export interface AgentRun {
  readonly executionId: string;
  readonly threadId: string;
  readonly agent: AgentDefinition;
  /** The user's text. */
  readonly message: string;
  /** Empty if none is known. */
  readonly organization: string;
  /** How models are reached, and which one is the default. */
  readonly model: ModelConfig;
  readonly sandbox: Sandbox;
  /** Those of the agent and of its sub-agents. */
  readonly skills: InstalledSkills;
  /** The memory of the thread. */
  readonly checkpointer: BaseCheckpointSaver;
  /** Results with more characters than this are kept in the sandbox. */
  readonly keepResultsAbove: number;
  readonly budget: BudgetConfig;
  /** Counts what the run uses of its models. */
  readonly usage: UsageMeter;
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
  const runLog = log.child("agent", { executionId: run.executionId });
  // Sub-agents that still work end with the run, whatever ends it.
  const ending = new AbortController();
  const signal = AbortSignal.any([run.signal, ending.signal]);
  const { usage, deadline } = run;
  const budget = new Budget(run.budget, usage, run.model.maxTokens);
  const callModel = modelCaller({
    ...{ models, budget, usage, deadline, signal, health },
    config: run.model,
    log: runLog,
  });
  const nodes = new Map<string, string>();
  const textOnly = !canReceiveImages(choice);
  await using servers = await connectServers(run, { ...deps.mcp, textOnly, provider: choice.provider, log: runLog });
  for (const text of servers?.mcp.notices ?? [])
    yield { type: "notice", text, actor: { kind: "main" }, at: new Date() };
  const shortened = new Set<string>();
  const skillsPrompt = (references: readonly SkillReference[]) => {
    const section = describeSkills(run.skills.of(references), models.current.client);
    for (const name of section.shortened) shortened.add(name);
    return section.text;
  };
  const agent = buildAgent({
    executionId: run.executionId,
    definition: run.agent,
    model: models.current.client,
    callModel,
    budget,
    maxTokens: run.model.maxTokens,
    sandbox: run.sandbox,
    checkpointer: run.checkpointer,
    keepResultsAbove: run.keepResultsAbove,
    textOnly,
    servers,
    skillsPrompt,
    stepLimit: STEP_LIMIT,
    endRun: (error) => ending.abort(error),
    signal,
    onCall: (node, callId) => nodes.set(node, callId),
  });
  const notice = shortenedNotice([...shortened]);
  if (notice !== undefined) yield { type: "notice", text: notice, actor: { kind: "main" }, at: new Date() };
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
    yield* agentEvents(stream as AsyncIterable<LibraryEvent>, (node) => nodes.get(node));
    run.signal.throwIfAborted();
  } catch (failure) {
    run.signal.throwIfAborted();
    const error: unknown = ending.signal.aborted ? ending.signal.reason : failure;
    if (causeOf(error, GraphRecursionError) !== undefined) {
      throw new AgentError(
        "too-many-steps",
        `The agent was stopped after ${STEP_LIMIT} steps without an answer. Give it a smaller task, or tell it when to stop.`,
        { cause: error },
      );
    }
    const known =
      causeOf(error, AgentError) ??
      causeOf(error, ThreadError) ??
      explainModelError(error, models.current.choice, run.model);
    if (known !== undefined) throw known;
    runLog.error(`The agent failed unexpectedly: ${stackOf(error)}`);
    throw new AgentError(
      "agent",
      "The agent was stopped by an unexpected error; the runner's log has the details. Send the message again, or another one to continue.",
      { cause: error },
    );
  } finally {
    ending.abort();
  }
}
