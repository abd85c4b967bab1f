import { NAME_IN_SHELLS } from "./variable-name.ts";

/**
 * `${NAME}` stands for a variable of the execution's environment. Other uses of `${`, such as the shell's `${NAME:-default}`,
 * stay as they are.
 */
export const PLACEHOLDER: string = `\\$\\{(${NAME_IN_SHELLS})\\}`;
const PLACEHOLDERS = new RegExp(PLACEHOLDER, "g");

/** The names of the variables in a text, each once. */
export function variablesIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(PLACEHOLDERS), ([, name = ""]) => name))];
}

/** The text with the same value for each variable. */
export function withSameValue(text: string, value: string): string {
  return text.replace(PLACEHOLDERS, () => value);
}

/**
 * Replaces `${NAME}` by the values of variables. Values are not searched for further placeholders.
 * @param missing called with each name that has no value
 */
export function withVariables(
  text: string,
  values: Readonly<Record<string, string>>,
  missing: (name: string) => void,
): string {
  return text.replace(PLACEHOLDERS, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) missing(name);
    return value ?? whole;
  });
}
