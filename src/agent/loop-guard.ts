import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { type AgentMiddleware, createMiddleware } from "langchain";
import { asMiddleware } from "./as-middleware.ts";

/** The same call this often in a row: the agent is told to change its approach. */
export const REPEATS_IN_A_ROW = 3;
/** The same call this often among the last {@link WINDOW}: the agent is told to conclude. */
export const REPEATS_IN_WINDOW = 5;
export const WINDOW = 10;

export type LoopAdvice = "change-approach" | "conclude";

/**
 * What to tell an agent that repeats itself.
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

/** Tells an agent that goes in circles so, once for each advice, before the model is asked again. */
export function loopGuard(): AgentMiddleware {
  const given = new Set<LoopAdvice>();
  return asMiddleware(
    createMiddleware({
      name: "agentRunnerLoopGuard",
      beforeModel: (state) => {
        const advice = loopAdvice(callsOf(state.messages));
        if (advice === undefined) given.clear();
        if (advice === undefined || given.has(advice)) return undefined;
        given.add(advice);
        return { messages: [new HumanMessage(TEXTS[advice])] };
      },
    }),
  );
}

/** The calls since the user's last message; the guard's own messages are not the user's. */
function callsOf(messages: readonly BaseMessage[]): string[] {
  const own = new Set(Object.values(TEXTS));
  const start = messages.findLastIndex((message) => HumanMessage.isInstance(message) && !own.has(message.text));
  return messages
    .slice(start + 1)
    .filter((message) => AIMessage.isInstance(message))
    .flatMap((message) => message.tool_calls ?? [])
    .map(({ name, args }) => `${name} ${JSON.stringify(args)}`);
}
