/** What a test's thread and its spawner tell each other. */

export interface Order {
  readonly id: number;
  readonly command: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** With "pipe" the output is reported, else standard output is thrown away and standard error is the test run's. */
  readonly output: "pipe" | "none";
  /** One number: 0, then the process id, or -1 if the process could not be started. */
  readonly started: SharedArrayBuffer;
}

export type Report = { readonly id: number } & (
  | { readonly stream: "stdout" | "stderr"; readonly chunk: Uint8Array }
  /** The process has ended, and all its output was reported. */
  | { readonly code: number }
);
