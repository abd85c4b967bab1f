import { headOfJson } from "../../shared/head-of-json.ts";
import type { Turn } from "./events.ts";

/**
 * An answer in the form of OpenTelemetry's conventions. If it is longer than the limit, its text is cut and the arguments of
 * its calls are left out, so that it stays valid JSON; that of very many calls is cut.
 */
export function answerJson({ text, calls }: Pick<Turn, "text" | "calls">, limit: number): string {
  const whole = messages(text, calls);
  const json = headOfJson(whole, limit + 1);
  if (json.length <= limit) return json;
  const named = calls.map(({ id, name }) => ({ id, name }));
  const room = Math.max(limit - headOfJson(messages(" ", named), limit).length, 0);
  // Escapes make a text longer: at most six characters for one.
  const heads = [1, 2, 6].map((factor) => text.slice(0, Math.floor(room / factor)).toWellFormed());
  const shortened = [...heads, ""].map((head) => headOfJson(messages(head, named), limit + 1));
  return shortened.find((each) => each.length <= limit) ?? json.slice(0, limit);
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly args?: unknown;
}

function messages(text: string, calls: readonly Call[]) {
  const parts = [
    ...(text === "" ? [] : [{ type: "text", content: text }]),
    ...calls.map(({ id, name, args }) => ({
      type: "tool_call",
      id,
      name,
      ...(args === undefined ? {} : { arguments: args }),
    })),
  ];
  return [{ role: "assistant", parts, finish_reason: calls.length === 0 ? "stop" : "tool_call" }];
}
