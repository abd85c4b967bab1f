import { spawn } from "node:child_process";

export interface RunShellOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs as this user; absent: as this process does. */
  readonly user?: number | undefined;
  readonly timeoutMs: number;
  /** Absent: /bin/sh. */
  readonly shell?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ShellOutcome {
  /** -1 if a signal ended it. */
  readonly exitCode: number;
  /** Standard output and standard error. */
  readonly output: string;
}

/**
 * Runs a script with a shell, until all that holds its output has ended.
 * @returns `undefined` if the time is over
 * @throws the signal's reason; then, as with a lost connection, the script goes on
 */
export async function runShell(script: string, options: RunShellOptions): Promise<ShellOutcome | undefined> {
  const { cwd, env, user, timeoutMs, shell = "/bin/sh", signal } = options;
  signal?.throwIfAborted();
  const child = spawn(shell, ["-c", script], {
    cwd,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<"closed" | "timeout">();
  child.on("close", () => resolve("closed"));
  child.on("error", reject);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  const timer = setTimeout(() => resolve("timeout"), timeoutMs);
  try {
    if ((await promise) === "closed")
      return { exitCode: child.exitCode ?? -1, output: Buffer.concat(output).toString("utf8") };
    child.kill("SIGKILL");
    return undefined;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
