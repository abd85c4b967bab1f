import type { Page } from "./page.ts";

/** What exists, and may therefore be named. */
export interface KnownNames {
  /** Each command of the program with its options. */
  readonly commands: ReadonlyMap<string, ReadonlySet<string>>;
  /** Options before the command. */
  readonly rootOptions: ReadonlySet<string>;
  /** The scripts of package.json. */
  readonly packageScripts: ReadonlySet<string>;
  /** The names of all settings. */
  readonly settings: ReadonlySet<string>;
  readonly hasFile: (path: string) => boolean;
}

/** A variable that looks like one of ours. */
const SETTING =
  /\b(?:ADMIN|AUTH0|DAYTONA|LOG|OLLAMA|OTEL|REDIS|SANDBOX|STATUS|STIGMER|TEMPORAL)_[A-Z0-9_]*[A-Z0-9]\b(?!…|_)/g;
/** A path in the repository. Capitals stand for something: `src/commands/NAME.ts`. */
const FILE = /(?:^|(?<!kubectl .*)\s)((?:bench|deploy|docs|examples|proto|scripts|src|test)\/[a-z0-9./-]*)(?![\w…/])/g;
/** Variables of Temporal and OpenTelemetry that have no effect here. */
const FOREIGN: ReadonlySet<string> = new Set([
  "TEMPORAL_CONFIG_FILE",
  "TEMPORAL_PROFILE",
  "OTEL_METRICS_EXPORTER",
  "OTEL_LOGS_EXPORTER",
]);

/**
 * Finds what the code of a page names and what does not exist: commands and options of the program, settings, scripts.
 * @returns a sentence for each name
 */
export function unknownNames(path: string, page: Page, known: KnownNames): readonly string[] {
  return [...new Set(page.code.flatMap((line) => [...unknownIn(line, known)]))].map((found) => `${path}: ${found}`);
}

function* unknownIn(code: string, known: KnownNames): Generator<string> {
  const line = code.replace(/\s#.*/, "");
  for (const [, script = ""] of line.matchAll(/\bbun run ([\w:-]+)/g))
    if (!known.packageScripts.has(script)) yield `package.json has no script ${script}`;
  for (const [, file = ""] of line.matchAll(FILE)) if (!known.hasFile(file)) yield `there is no ${file}`;
  for (const [setting] of line.matchAll(SETTING))
    if (!known.settings.has(setting) && !FOREIGN.has(setting)) yield `there is no setting ${setting}`;
  for (const [, rest = ""] of line.matchAll(/(?<!SETUSER )\bagent-runner ((?:--?[a-z]|[a-z])[^|]*)/g))
    yield* unknownInCall(rest.trim().split(/\s+/), known);
}

/** @param words what follows the program's name */
function* unknownInCall(words: readonly string[], { commands, rootOptions }: KnownNames): Generator<string> {
  const at = words.findIndex((word) => /^[a-z]+(-[a-z]+)*$/.test(word));
  const name = words[at];
  // Another program's argument: kubectl … agent-runner --from-file=…
  if (name === undefined) return;
  const options = commands.get(name);
  if (options === undefined) {
    yield `there is no command ${name}`;
    return;
  }
  for (const [index, word] of words.entries()) {
    const [, option] = /^(--[a-z-]+)/.exec(word) ?? [];
    if (option === undefined || option === "--help") continue;
    if (!(index < at ? rootOptions : options).has(option)) yield `${name} has no option ${option}`;
  }
}
