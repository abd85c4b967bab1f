import * as v from "valibot";
import { parse } from "yaml";
import { messageOf } from "../../shared/errors.ts";
import { sentence } from "../../shared/text.ts";
import { AgentError } from "../agent-error.ts";

const toolCall = v.pipe(
  v.record(v.string(), v.record(v.string(), v.unknown())),
  v.check((call) => Object.keys(call).length === 1, "must name one tool: `- write_file: {file_path: …}`"),
  v.transform((call) => {
    const [name, args] = Object.entries(call)[0] as [string, Record<string, unknown>];
    return { name, args };
  }),
);

const turn = v.strictObject({
  text: v.optional(v.string(), ""),
  /** Calls in this turn, each `{tool name: {arguments}}`. */
  tools: v.optional(v.array(toolCall), []),
  /** Seconds before the first word. */
  delay: v.optional(v.pipe(v.number(), v.minValue(0)), 0),
});

const turns = v.pipe(v.array(turn), v.minLength(1));

const script = v.strictObject({
  /** Milliseconds between words. */
  pace: v.optional(v.pipe(v.number(), v.minValue(0)), 0),
  turns,
  /** What sub-agents answer: those whose task contains this text. */
  tasks: v.optional(v.array(v.strictObject({ contains: v.pipe(v.string(), v.minLength(1)), turns })), []),
});

/** The turns that the scripted model plays: the text and the tool calls of each. */
export type Script = v.InferOutput<typeof script>;

/**
 * Parses a script.
 * @param file its name, for messages
 * @throws AgentError `model-configuration` that says where the problem is
 */
export function parseScript(text: string, file: string): Script {
  const fail = (problem: string) =>
    new AgentError("model-configuration", `The model script ${file} is not valid: ${sentence(problem)}`, {
      remedies: ["Write YAML: `turns:` with a list of {text, tools, delay}."],
    });
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw fail(messageOf(error));
  }
  const result = v.safeParse(script, raw);
  if (result.success) return result.output;
  throw fail(result.issues.map((issue) => `${v.getDotPath(issue) ?? "the file"}: ${issue.message}`).join("; "));
}
