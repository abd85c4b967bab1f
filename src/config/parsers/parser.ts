import * as v from "valibot";

/** How the text of a variable becomes a value, and what is allowed. */
export interface Parser<T> {
  /** Completes the sentence "Allowed: …". */
  readonly allowed: string;
  /** Its messages complete the sentence "<variable> <value> …". */
  readonly schema: v.GenericSchema<string, T>;
}

/** A parser from what is allowed and the schema that reads it. */
export function parser<T>(allowed: string, schema: v.GenericSchema<string, T>): Parser<T> {
  return { allowed, schema };
}

/** Any text. White space around it is refused: it is nearly always a mistake, and invisible. */
export const text = v.pipe(
  v.string(),
  v.check((value) => value.trim() !== "", "is blank"),
  v.check((value) => value === value.trim(), "has white space around it"),
);

/** Accepts texts that pass the test. */
export function matching(problem: string, test: (value: string) => boolean) {
  return v.pipe(text, v.check(test, problem));
}
