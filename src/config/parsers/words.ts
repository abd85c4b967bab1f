import * as v from "valibot";
import { alternatives } from "../../shared/text.ts";
import { matching, type Parser, parser, text } from "./parser.ts";

export const anyText = parser("any text", text);

/** A model, optionally with its provider. A tag of an Ollama model follows a colon too. */
export const modelName: Parser<string> = parser(
  "`name` or `provider:name`",
  matching("has a colon without a name on each side of it", (value) => !/^:|:$/.test(value)),
);

/**
 * One of several words, in upper or lower case.
 * @param aliases other spellings, each with the value that it stands for
 */
export function oneOf<const T extends string>(
  values: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): Parser<T> {
  const known = new Map<string, T>([...values.map((value) => [value, value] as const), ...Object.entries(aliases)]);
  const allowed = alternatives(values);
  return parser(
    allowed,
    v.pipe(
      matching(`is none of ${allowed}`, (value) => known.has(value.toLowerCase())),
      v.transform((value) => known.get(value.toLowerCase()) as T),
    ),
  );
}

const TRUE = ["true", "1", "yes", "on"];
const FALSE = ["false", "0", "no", "off"];

export const boolean: Parser<boolean> = parser(
  "true or false (also 1/0, yes/no, on/off)",
  v.pipe(
    matching("is neither true nor false", (value) => [...TRUE, ...FALSE].includes(value.toLowerCase())),
    v.transform((value) => TRUE.includes(value.toLowerCase())),
  ),
);
