import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import { type AgentMiddleware, createMiddleware } from "langchain";
import { asMiddleware } from "../as-middleware.ts";
import type { CallModel } from "../model/call-model.ts";
import { type TurnEnd, turnEnd } from "../model/turn-end.ts";
import { rawCalls } from "./raw-calls.ts";
import { type Callable, cutExplanation, cutRefusal } from "./refusals.ts";
import { cutsInARow } from "./turn-notes.ts";
import { UnusableAnswer } from "./unusable-answer.ts";
import { validAnswer, withNote } from "./valid-answer.ts";

/** Answers in a row that were cut off in the middle of their calls, after which the run fails. */
export const CUTS_LIMIT = 3;
/** In the library's stream: what was said of the answer so far is void, since the model is asked again. */
export const ASKED_AGAIN = "agent-runner-asked-again";

export interface TurnOptions extends Pick<Callable, "subAgents"> {
  readonly callModel: CallModel;
  /** Longest answer. */
  readonly maxTokens: number;
}

type JudgeOptions = TurnOptions & Callable;

/**
 * Stands around every call of a model that is a turn. What passes is an answer that the conversation can keep; calls are
 * executed only of one that came to its end.
 * @throws UnusableAnswer where there is nothing to go on with
 */
export function turnMiddleware(options: TurnOptions): AgentMiddleware {
  return asMiddleware(
    createMiddleware({
      name: "agentRunnerTurns",
      async wrapModelCall(request, handler) {
        const { writer } = request.runtime;
        const answer = await options.callModel(
          async () => await handler(request),
          () => writer?.({ type: ASKED_AGAIN }),
        );
        const tools = request.tools.flatMap((tool) => (typeof tool["name"] === "string" ? [tool["name"]] : []));
        return judged(answer, request.state.messages, { ...options, tools });
      },
    }),
  );
}

function judged(answer: AIMessage, before: readonly BaseMessage[], options: JudgeOptions): AIMessage {
  const { maxTokens } = options;
  const end = turnEnd(answer);
  const unusable = (message: string) =>
    new UnusableAnswer(validAnswer(answer, before, options, cutRefusal(end, maxTokens)), message);
  if (end.kind === "refused" || end.kind === "filtered") throw unusable(refusedWords(end));
  if (rawCalls(answer).length === 0) return finalAnswer(validAnswer(answer, before, options), end, maxTokens);
  if (end.kind === "complete") return validAnswer(answer, before, options);
  if (cutsInARow(before) + 1 >= CUTS_LIMIT) {
    throw unusable(
      `The model's answer ${cutExplanation(end, maxTokens)}, ${CUTS_LIMIT} times in a row and each time in the middle of its tool calls, none of which was executed. ${remedy(end)}`,
    );
  }
  return validAnswer(answer, before, options, cutRefusal(end, maxTokens));
}

/** An answer without calls is the last one: the user is told what it lacks. */
function finalAnswer(answer: AIMessage, end: TurnEnd, maxTokens: number): AIMessage {
  const isEmpty = answer.text.trim() === "";
  if (end.kind === "complete") {
    return isEmpty
      ? withNote(
          answer,
          "[The model ended without an answer. Ask it what it has done, or send the message again; another model may do better.]",
        )
      : answer;
  }
  const what = cutExplanation(end, maxTokens);
  if (isEmpty) throw new UnusableAnswer(answer, `The model gave no answer: what it said ${what}. ${remedy(end)}`);
  return withNote(answer, `[This answer is not complete: it ${what}. Send another message to let the agent go on.]`);
}

function refusedWords(end: Extract<TurnEnd, { kind: "refused" | "filtered" }>): string {
  if (end.kind === "filtered")
    return "The provider's content filter stopped the model's answer, so it is not complete. Change the request, or choose another model.";
  const said = end.said === "" ? "" : ` It said: "${end.said}".`;
  return `The model refused to answer.${said} Change the request, or choose another model.`;
}

function remedy(end: TurnEnd): string {
  switch (end.kind) {
    case "limit":
      return "Raise STIGMER_LLM_MAX_TOKENS where the runner is started, or give the agent a smaller task.";
    case "context":
      return "Start a new session, or choose a model with a larger context.";
    default:
      return "Send the message again, or choose another model.";
  }
}
