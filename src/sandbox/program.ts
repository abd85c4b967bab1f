import { SandboxError } from "./sandbox-error.ts";

/** A program that the runner talks to while it runs, such as an MCP server. */
export interface ProgramRequest {
  /** A name that is looked up in `PATH`, or a path; relative ones start at the working directory. */
  readonly command: string;
  readonly args: readonly string[];
  /** Variables besides those that every command of the sandbox sees. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute, or relative to the root; empty: the root. */
  readonly workingDirectory: string;
  /**
   * A shell command that is run once the program has ended, however it ended, and also after the runner was killed. It
   * removes what is no process of the sandbox, such as a container. It starts in the root and sees what commands see. It
   * is no place for secrets: other processes see it.
   */
  readonly cleanup?: string | undefined;
}

/** Bytes of a program's standard error that are kept: its tail. */
export const ERROR_TAIL_LIMIT = 8_192;
/** A program has this long to end by itself after its input was closed. Then it gets SIGTERM. */
export const INPUT_END_GRACE_MS = 500;
/** A program's cleanup may take this long. */
export const CLEANUP_LIMIT_MS = 15_000;

/** How a program ended. */
export interface ProgramEnd {
  /** 128 + signal if a signal ended it; `undefined` if that is not known. */
  readonly exitCode: number | undefined;
  /** The last part of its standard error, at most {@link ERROR_TAIL_LIMIT} bytes. */
  readonly errorTail: string;
}

/** A program in a sandbox. It ends with its execution at the latest. */
export interface SandboxProgram {
  /** Its standard input. Writing to a program that has ended fails. */
  readonly input: WritableStream<Uint8Array>;
  /** Its standard output, in pieces of any size; ends when the program closes it. Reading slowly slows the program down. */
  readonly output: ReadableStream<Uint8Array>;
  /** Settles when it has ended; never rejects. */
  readonly ended: Promise<ProgramEnd>;
  /** Closes its input, after what is written in the same moment, and ends it with everything that it started: SIGTERM, then SIGKILL. Never throws. */
  stop(): Promise<void>;
}

/**
 * What stops a program may also be a reason to write to it, such as that a call is cancelled: who learns of it later, but
 * in the same moment, gets the time for it.
 */
export async function lastWord(): Promise<void> {
  await Promise.resolve();
}

/** @throws SandboxError if the operating system cannot pass on what the program is given */
export function checkProgramTexts({ command, args, env, workingDirectory, cleanup = "" }: ProgramRequest): void {
  const texts = [command, ...args, ...Object.entries(env).flat(), workingDirectory, cleanup];
  if (!texts.some((text) => text.includes("\0"))) return;
  throw new SandboxError(
    "invalid",
    `'${command}' cannot be started: one of its arguments or variables contains a NUL character.`,
  );
}
