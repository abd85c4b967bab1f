/** Commands for an execution that runs on, ready to be entered in a shell. */
export interface FollowUp {
  readonly attach: string;
  readonly cancel: string;
}

export interface FollowUpOptions {
  readonly envFile?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** The commands that follow an execution again, and that cancel it, from the same place. */
export function followUp(executionId: string, { envFile, endpoint }: FollowUpOptions): FollowUp {
  const daemon = endpoint === undefined ? [] : ["--endpoint", endpoint];
  return {
    attach: commandLine(envFile, ["attach", executionId, ...daemon]),
    cancel: commandLine(envFile, ["cancel", executionId]),
  };
}

/** The command that shows an execution of a runner until its end. A user and password in the URL are left out. */
export function watchCommand(
  executionId: string,
  { envFile, url }: { readonly envFile?: string | undefined; readonly url?: string | undefined },
): string {
  const runner = url === undefined ? [] : ["--url", url.replace(/\/\/[^/?#]*@/, "//")];
  return commandLine(envFile, ["executions", executionId, "--watch", ...runner]);
}

function commandLine(envFile: string | undefined, words: readonly string[]): string {
  const program = ["agent-runner", ...(envFile === undefined ? [] : ["--env-file", envFile])];
  return [...program, ...words].map(shellWord).join(" ");
}

/** Quotes a word for a shell: an id comes from a server and may contain anything. */
function shellWord(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
