/** A program that the runner talks to while it runs, such as an MCP server. */
export interface ProgramRequest {
  /** A name that is looked up in `PATH`, or a path; relative ones start at the working directory. */
  readonly command: string;
  readonly args: readonly string[];
  /** Variables besides those that every command of the sandbox sees. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute, or relative to the root; empty: the root. */
  readonly workingDirectory: string;
}

/** How a program ended. */
export interface ProgramEnd {
  /** 128 + signal if a signal ended it; `undefined` if that is not known. */
  readonly exitCode: number | undefined;
  /** The last part of its standard error. */
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
  /** Closes its input, and ends it with everything that it started: SIGTERM, then SIGKILL. Never throws. */
  stop(): Promise<void>;
}
