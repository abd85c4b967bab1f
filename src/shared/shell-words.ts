import { commandVariables } from "./variable-name.ts";

/** Any text as one word of a shell command. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Lines that export variables. Those that commands cannot have are left out: they could end the shell. */
export function exports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(commandVariables(variables))
    .filter(([, value]) => !value.includes("\0"))
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join("");
}
