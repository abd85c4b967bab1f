/** A word of a shell command, whatever it contains. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Most bytes of a script that goes along in a command line; Linux takes 128 KiB in one argument. */
export const SCRIPT_LIMIT = 60_000;

/**
 * A command line that runs a script. Sandboxes split command lines in different ways, some with a shell and some without:
 * this one means the same in all of them.
 */
export function commandLine(script: string): string {
  return `sh -c 'eval "$(echo ${Buffer.from(script).toString("base64")} | base64 -d)"'`;
}

/** Assignments of variables, one a line. */
export function assignments(variables: Readonly<Record<string, string | number>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(String(value))}\n`)
    .join("");
}

/** Lines that export variables; what a shell cannot have as a name is left out. */
export function exports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .filter(([name, value]) => /^[A-Za-z_]\w*$/.test(name) && !value.includes("\0"))
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join("");
}

/**
 * What a script answers: a line with `@` and a word, then whatever belongs to it.
 * @returns `undefined` where the script did not get as far
 */
export function parseAnswer(output: string): { readonly word: string; readonly rest: string } | undefined {
  const match = /^@([a-z-]+)(?:\n|$)/.exec(output);
  return match === null ? undefined : { word: match[1] ?? "", rest: output.slice(match[0].length) };
}

/** Begins every script: `fail <word>` ends it. Error messages of its programs would mix into its answer. */
export const PRELUDE = `exec 2>/dev/null
fail() { printf '@%s\\n' "$1"; exit 0; }
`;

/** Begins scripts that read what programs print. */
export const PLAIN_LOCALE = "export LC_ALL=C\n";
