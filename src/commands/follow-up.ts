/** The commands that go on with an execution, as somebody can enter them. */
export interface FollowUp {
  readonly attach: string;
  readonly cancel: string;
}

export interface FollowUpOptions {
  readonly envFile?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** How to follow an execution again, and how to cancel it, from where it was started. */
export function followUp(executionId: string, { envFile, endpoint }: FollowUpOptions): FollowUp {
  const program = ["agent-runner", ...(envFile === undefined ? [] : ["--env-file", envFile])];
  const daemon = endpoint === undefined ? [] : ["--endpoint", endpoint];
  const command = (words: readonly string[]) => words.map(shellWord).join(" ");
  return {
    attach: command([...program, "attach", executionId, ...daemon]),
    cancel: command([...program, "cancel", executionId]),
  };
}

/** A word as shells read it: an id comes from a server, and may be anything. */
function shellWord(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
