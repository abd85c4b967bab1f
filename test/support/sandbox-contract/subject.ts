import type { Sandbox, SandboxHandle, SandboxRequest } from "../../../src/sandbox/index.ts";
import { eventually } from "../eventually.ts";

/** A kind of sandbox that the contract is tested with. */
export interface Subject {
  /** A sandbox. Released at the end, if the test did not release it. */
  acquire(request?: Partial<SandboxRequest>): Promise<SandboxHandle>;
  /** Does something without the rights of root, who can read everything. */
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

/** The paths of found items, relative to the sandbox's root. */
export function relative({ root }: Sandbox, items: readonly { readonly path: string }[]): string[] {
  return items.map(({ path }) => path.slice(root.length + 1));
}

/** The output of a command, without the line end. */
export async function printed(sandbox: Sandbox, command: string): Promise<string> {
  return (await sandbox.execute(command)).output.trimEnd();
}

/** Asks until the answer fits. */
export async function asked(ask: () => Promise<string>, fits: (answer: string) => boolean): Promise<string> {
  return await eventually(async () => {
    const answer = await ask();
    if (!fits(answer)) throw new Error(`the answer is ${JSON.stringify(answer)}`);
    return answer;
  });
}
