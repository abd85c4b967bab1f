import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import { type AgentMiddleware, createMiddleware } from "langchain";
import type { AgentError } from "../agent-error.ts";
import { asMiddleware, type WrapModelCall } from "../as-middleware.ts";
import { emit } from "../events/custom-events.ts";
import { answeredBy, nameOf } from "../model/answer-usage.ts";
import type { Attempt, CallModel } from "../model/call-model.ts";
import { isTextOnly } from "../model/model-choice.ts";
import { requestBytes } from "../model/request-bytes.ts";
import { type TurnEnd, turnEnd } from "../model/turn-end.ts";
import type { FitPrompt } from "../prompt/skills-section.ts";
import { nodeOf } from "../runtime.ts";
import type { Budget } from "../usage/budget.ts";
import { lastCallAdvice } from "./last-call.ts";
import { portable } from "./portable.ts";
import { rawCalls } from "./raw-calls.ts";
import { type AvailableTools, cutExplanation, cutRejection } from "./rejections.ts";
import { cutsInARow } from "./turn-notes.ts";
import { UnusableAnswer } from "./unusable-answer.ts";
import { validAnswer, withText } from "./valid-answer.ts";

/** The run fails after this many answers in a row that were cut off within their calls. */
const CUTS_LIMIT = 3;
const BUDGET_REJECTION = {
  why: "not executed: the budget of the execution is used up",
  advice: "Error: not executed, because the budget of the execution is used up.",
};

type Request = Parameters<WrapModelCall>[0];
type Fit = (prompt: Request["systemMessage"], model: Attempt["client"]) => Request["systemMessage"];

interface TurnOptions extends Pick<AvailableTools, "subAgents"> {
  /** The names of tools that the model does not see, but may call. */
  readonly hiddenTools?: (() => readonly string[]) | undefined;
  readonly callModel: CallModel;
  readonly budget: Budget;
  /** The system prompt as it fits into the context of a model that took over. */
  readonly fitPrompt: FitPrompt;
  /** Maximum length of an answer. */
  readonly maxTokens: number;
  /** Ids of calls in any conversation of the execution: those of sub-agents have messages of their own. */
  readonly issued: Set<string>;
}

type CheckOptions = Omit<TurnOptions, "hiddenTools"> & AvailableTools;

/**
 * Wraps every call of the model that is a turn. It returns an answer that the conversation can keep, whose calls are only
 * executed if the answer is complete.
 * @throws UnusableAnswer if the run cannot continue with the answer
 */
export function turnMiddleware(options: TurnOptions): AgentMiddleware {
  return asMiddleware(
    createMiddleware({
      name: "agentRunnerTurns",
      async wrapModelCall(request, handler) {
        const { runtime } = request;
        const node = nodeOf(runtime);
        const notify = (text: string) => emit(runtime, { type: "agent-runner-notice", text });
        const fitting: Fit = (prompt, model) => options.fitPrompt(prompt, model, notify);
        const answer = await options.callModel(
          async (attempt) => await handler(requestFor(request, attempt, fitting)),
          {
            caller: { node, purpose: "turn", bytes: () => requestBytes(request) },
            onRetry: () => emit(runtime, { type: "agent-runner-asked-again" }),
            notify,
          },
        );
        const tools = request.tools.flatMap((tool) => (typeof tool["name"] === "string" ? [tool["name"]] : []));
        const exhausted = node === "" ? options.budget.exhausted : undefined;
        const available = { ...options, tools, hiddenTools: options.hiddenTools?.() };
        return checked(answer, request.state.messages, available, exhausted);
      },
    }),
  );
}

/** The request of one attempt: for the model that answers, and with the advice to conclude before the last call. */
function requestFor(request: Request, attempt: Attempt, fitting: Fit): Request {
  const { client, choice, isFallback, isLast } = attempt;
  // Another model may have given answers in an earlier execution.
  const own = nameOf(choice);
  const isOwn = (answer: AIMessage) => {
    const other = answeredBy(answer);
    return other === undefined ? !isFallback : other === own;
  };
  const messages = portable(request.messages, { isOwn, textOnly: isTextOnly(attempt) });
  if (isLast) messages.push(lastCallAdvice());
  if (!isFallback) return { ...request, messages };
  // The library adds it only if the first model is Anthropic's.
  const caching = choice.provider === "anthropic" ? { cache_control: { type: "ephemeral" } } : {};
  const modelSettings = { ...request.modelSettings, ...caching };
  return { ...request, messages, systemMessage: fitting(request.systemMessage, client), model: client, modelSettings };
}

/** @param exhausted why the agent may not continue with tools */
function checked(
  answer: AIMessage,
  before: readonly BaseMessage[],
  options: CheckOptions,
  exhausted: AgentError | undefined,
): AIMessage {
  const { maxTokens, issued } = options;
  const valid = (cutReason?: ReturnType<typeof cutRejection>) =>
    validAnswer(answer, before, options, cutReason, issued);
  const end = turnEnd(answer);
  const unusable = (message: string, advice: string) =>
    new UnusableAnswer(valid(cutRejection(end, maxTokens)), message, { remedies: [advice] });
  if (end.kind === "refused" || end.kind === "filtered")
    throw unusable(refusalText(end), "Change the request, or choose another model.");
  if (rawCalls(answer).length === 0) return finalAnswer(valid(), end, maxTokens);
  if (exhausted !== undefined) throw budgetEnd(valid(BUDGET_REJECTION), exhausted);
  if (end.kind === "complete") return valid();
  if (cutsInARow(before) + 1 >= CUTS_LIMIT) {
    throw unusable(
      `The model's answer ${cutExplanation(end, maxTokens)}, ${CUTS_LIMIT} times in a row and each time in the middle of its tool calls, none of which was executed.`,
      remedy(end),
    );
  }
  return valid(cutRejection(end, maxTokens));
}

function budgetEnd(answer: AIMessage, { message, remedies }: AgentError): UnusableAnswer {
  return new UnusableAnswer(answer, message, { code: "budget", remedies });
}

/** An answer without calls is the last one. If it is incomplete or empty, a note tells the user. */
function finalAnswer(answer: AIMessage, end: TurnEnd, maxTokens: number): AIMessage {
  const isEmpty = answer.text.trim() === "";
  if (end.kind === "complete") {
    return isEmpty
      ? withText(
          answer,
          "[The model ended without an answer. Ask it what it did, or send the message again; another model may do better.]",
        )
      : answer;
  }
  const what = cutExplanation(end, maxTokens);
  if (isEmpty)
    throw new UnusableAnswer(answer, `The model gave no answer: its output ${what}.`, { remedies: [remedy(end)] });
  return withText(answer, `[This answer is not complete: it ${what}. Send another message to let the agent continue.]`);
}

function refusalText(end: Extract<TurnEnd, { kind: "refused" | "filtered" }>): string {
  if (end.kind === "filtered")
    return "The provider's content filter stopped the model's answer, so it is not complete.";
  const said = end.said === "" ? "" : ` It said: "${end.said}".`;
  return `The model refused to answer.${said}`;
}

function remedy(end: TurnEnd): string {
  switch (end.kind) {
    case "limit":
      return "Raise STIGMER_LLM_MAX_TOKENS of the runner, or give the agent a smaller task.";
    case "context":
      return "Start a new session, or choose a model with a larger context.";
    default:
      return "Send the message again, or choose another model.";
  }
}
