import { GraphRecursionError } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { ModelConfig } from "../config/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { causeOf, messageOf } from "../shared/errors.ts";
import { ThreadError } from "../threads/index.ts";
import { AgentError } from "./agent-error.ts";
import type { AgentEvent } from "./agent-event.ts";
import { buildAgent } from "./build.ts";
import { agentEvents, type LibraryEvent } from "./event-stream.ts";
import { createChatModel } from "./model/chat-model.ts";
import { canReceiveImages, chooseModel } from "./model/model-choice.ts";
import { explainModelError } from "./model/model-error.ts";
import { userMessage } from "./prompt.ts";

/** Steps of the agent's graph after which a run is stopped; a turn with tools takes several. */
export const STEP_LIMIT = 1_000;

export interface AgentRun {
  readonly executionId: string;
  readonly threadId: string;
  /** The agent's instructions. */
  readonly instructions: string;
  /** The user's text. */
  readonly message: string;
  readonly organization: string;
  /** The model the execution asks for; empty or absent: the default one. */
  readonly modelName?: string;
  readonly model: ModelConfig;
  readonly sandbox: Sandbox;
  /** Names of the variables that commands see. */
  readonly variables: readonly string[];
  /** The memory of the thread. */
  readonly thread: BaseCheckpointSaver;
  /** Results longer than this are kept in the sandbox. */
  readonly keepResultsAbove: number;
  readonly signal: AbortSignal;
}

/**
 * Runs an agent to its end.
 * @returns what happens, as it happens; the last event is the answer's turn
 * @throws AgentError for what a user can do something about; the signal's reason where it aborted; else what was thrown
 */
export async function* runAgent(run: AgentRun): AsyncGenerator<AgentEvent> {
  const choice = chooseModel(run.model, run.modelName);
  const model = await createChatModel(run.model, choice);
  const nodes = new Map<string, string>();
  const onlyText = !canReceiveImages(choice);
  const agent = buildAgent({ ...run, model, onlyText, onCall: (node, callId) => nodes.set(node, callId) });
  try {
    const stream = await agent.stream(
      { messages: [{ role: "user", content: userMessage(run.message, run.organization) }] },
      {
        streamMode: ["messages", "updates", "tools"],
        subgraphs: true,
        configurable: { thread_id: run.threadId },
        recursionLimit: STEP_LIMIT,
        signal: run.signal,
      },
    );
    yield* agentEvents(stream as AsyncIterable<LibraryEvent>, (node) => nodes.get(node));
    run.signal.throwIfAborted();
  } catch (error) {
    run.signal.throwIfAborted();
    if (causeOf(error, GraphRecursionError) !== undefined) {
      throw new AgentError(
        "too-many-steps",
        `The agent did not come to an end within ${STEP_LIMIT} steps and was stopped. Give it a smaller task, or tell it when to stop.`,
        error,
      );
    }
    const known =
      causeOf(error, AgentError) ?? causeOf(error, ThreadError) ?? explainModelError(error, choice, run.model);
    throw known ?? new AgentError("agent", messageOf(error), error);
  }
}
