import type { AgentExecution } from "../../src/stigmer/index.ts";

type Part = Readonly<Record<string, unknown>>;

const TOKENS = ["input_tokens", "output_tokens", "cached_input_tokens"] as const;

/** What a reader of the status gets who adds up the parts: answers, sub-agents, and what belongs to neither. */
export function addedUsage({ status }: AgentExecution): Record<string, number> {
  const { messages = [], subAgentExecutions = [] } = status ?? {};
  const calls = messages.flatMap(({ metadata }): Part[] =>
    metadata?.["model"] === undefined ? [] : [{ ...metadata, model_calls: 1 }],
  );
  const other = messages.at(-1)?.metadata?.["other_usage"] as Part | undefined;
  const tasks = subAgentExecutions.map(({ metadata }): Part => metadata ?? {});
  const parts = [...calls, ...tasks, other ?? {}];
  const sum = (key: string) => parts.map((part) => Number(part[key] ?? 0)).reduce((all, one) => all + one, 0);
  return Object.fromEntries(["model_calls", ...TOKENS].map((key) => [key, sum(key)]));
}
