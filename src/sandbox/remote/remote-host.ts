import { SandboxError } from "../sandbox-error.ts";

/** What a script left behind. */
export interface ScriptOutcome {
  /** Standard output. It may contain standard error too: scripts silence theirs. */
  readonly output: string;
  readonly exitCode: number;
}

export interface ScriptOptions {
  /** Ends the request. The script itself may go on. */
  readonly signal: AbortSignal;
  /** The script ends earlier, unless something is wrong. */
  readonly timeoutMs: number;
}

/**
 * A machine that runs shell scripts and moves files: all that a provider of remote sandboxes has to offer. The host
 * retries, and restarts a stopped machine first. So every script may run more than once, or be cut off.
 *
 * Its methods throw a SandboxError that tells the user what to do, or the signal's reason. It is {@link MachineStopped}
 * if the machine does not run any more.
 */
export interface RemoteHost {
  /** @param script for a POSIX shell in any directory, at most {@link MAX_SCRIPT_BYTES} long */
  run(script: string, options: ScriptOptions): Promise<ScriptOutcome>;
  /** Creates a file, and the directories above it; or replaces its content, and keeps its mode. @param path absolute */
  upload(path: string, content: Uint8Array, signal: AbortSignal): Promise<void>;
  /** @param path absolute @returns `undefined` if there is no such file */
  download(path: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** The machine was stopped or deleted: no process is left on it. */
export class MachineStopped extends SandboxError {
  override readonly name = "MachineStopped";
}

/** A script fits into one argument of a program, also in base64: Linux permits 128 KiB. */
export const MAX_SCRIPT_BYTES = 90_000;
