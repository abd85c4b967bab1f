import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { type AgentMiddleware, createMiddleware } from "langchain";
import { asMiddleware } from "../as-middleware.ts";
import { isFromUser, SOURCE } from "../conversation/message-source.ts";

/** After this many equal calls in a row the agent is told to change its approach. */
const REPEATS_IN_A_ROW = 3;
/** After this many equal calls among the last {@link WINDOW} the agent is told to conclude. */
const REPEATS_IN_WINDOW = 5;
const WINDOW = 10;

type LoopAdvice = "change-approach" | "conclude";

/**
 * Advice for an agent that repeats its last call; `undefined` if it does not.
 * @param calls the run's calls so far, oldest first, as text that is equal for equal calls
 */
export function loopAdvice(calls: readonly string[]): LoopAdvice | undefined {
  const last = calls.at(-1);
  if (last === undefined) return undefined;
  if (calls.slice(-WINDOW).filter((call) => call === last).length >= REPEATS_IN_WINDOW) return "conclude";
  const others = calls.findLastIndex((call) => call !== last);
  return calls.length - 1 - others >= REPEATS_IN_A_ROW ? "change-approach" : undefined;
}

const TEXTS: Readonly<Record<LoopAdvice, string>> = {
  "change-approach": `[Runner] You made the same tool call with the same arguments ${REPEATS_IN_A_ROW} times in a row. It will not give another result: change your approach.`,
  conclude: `[Runner] You made the same tool call with the same arguments ${REPEATS_IN_WINDOW} times in your last ${WINDOW} calls. Stop calling tools now: say what you found and what is missing.`,
};

/** Advises an agent that runs in a loop, before the next call of the model, once for each repetition. */
export function loopGuard(): AgentMiddleware {
  return asMiddleware(
    createMiddleware({
      name: "agentRunnerLoopGuard",
      beforeModel: (state) => {
        const text = nextAdvice(state.messages);
        return text === undefined
          ? undefined
          : { messages: [new HumanMessage({ content: text, additional_kwargs: { [SOURCE]: "loop-guard" } })] };
      },
    }),
  );
}

/** Advice for the next turn; `undefined` if there is none, or if it was already given for these calls. */
export function nextAdvice(messages: readonly BaseMessage[]): string | undefined {
  const start = messages.findLastIndex(isFromUser);
  const calls: { readonly key: string; readonly index: number }[] = [];
  for (const [index, message] of messages.slice(start + 1).entries()) {
    if (!AIMessage.isInstance(message)) continue;
    for (const { name, args } of message.tool_calls ?? [])
      calls.push({ key: `${name} ${JSON.stringify(args)}`, index });
  }
  const advice = loopAdvice(calls.map(({ key }) => key));
  if (advice === undefined) return undefined;
  const first = calls.at(-(advice === "conclude" ? WINDOW : REPEATS_IN_A_ROW)) ?? calls[0];
  const since = messages.slice(start + 1 + (first?.index ?? 0));
  const told = since.some((message) => HumanMessage.isInstance(message) && message.text === TEXTS[advice]);
  return told ? undefined : TEXTS[advice];
}
