/** Characters of each stream that are kept. */
const MAX_OUTPUT = 64 * 1024;

export interface EndOfProgram {
  /** `null` if a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program that asks or tells something until it ends, or until the signal aborts: then it is killed.
 * @returns how it ended, with the beginning of its output
 * @throws the system's error if it cannot be started
 */
export async function runToEnd(
  command: readonly [string, ...string[]],
  { env, signal }: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<EndOfProgram> {
  const child = Bun.spawn([...command], { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  try {
    const [stdout, stderr] = await Promise.all([head(child.stdout), head(child.stderr)]);
    await child.exited;
    return {
      exitCode: child.exitCode,
      signal: child.signalCode === null ? null : String(child.signalCode),
      stdout,
      stderr,
    };
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

/** The beginning of a stream, of which the rest is read and dropped: a full pipe would stop the program. */
async function head(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) if (text.length < MAX_OUTPUT) text += decoder.decode(chunk, { stream: true });
  return text.slice(0, MAX_OUTPUT);
}
