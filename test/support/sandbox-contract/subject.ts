import type { Sandbox, SandboxHandle, SandboxRequest } from "../../../src/sandbox/index.ts";
import { eventually } from "../eventually.ts";

/** A kind of sandbox, for the contract that all kinds keep. */
export interface Subject {
  /** A sandbox of its own for each test. Given back at the end, if the test did not. */
  acquire(request?: Partial<SandboxRequest>): Promise<SandboxHandle>;
  /** Does something without the rights of root, to whom nothing is closed. */
  unprivileged<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface SubjectOptions {
  readonly commandTimeoutMs: number;
}

export type OpenSubject = (options: SubjectOptions) => Promise<Subject>;

/** The code of the SandboxError with which something fails. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return await attempt.then(
    () => "none",
    (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error)),
  );
}

/** What a command prints, without the line's end. */
export async function printed(sandbox: Sandbox, command: string): Promise<string> {
  return (await sandbox.execute(command)).output.trimEnd();
}

/** Asks until the answer is as it should be. */
export async function asked(ask: () => Promise<string>, fits: (answer: string) => boolean): Promise<string> {
  return await eventually(async () => {
    const answer = await ask();
    if (!fits(answer)) throw new Error(`it answers ${JSON.stringify(answer)}`);
    return answer;
  });
}
