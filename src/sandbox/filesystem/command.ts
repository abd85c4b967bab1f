import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { ProcessTree } from "../../processes/index.ts";
import { sleep, waitAtMost } from "../../shared/time.ts";
import { BoundedOutput, withTimeoutNote } from "../bounded-output.ts";
import { COMMAND_OUTPUT_LIMIT, type CommandResult, TIMEOUT_EXIT_CODE } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { exitCodeOf } from "./exit-code.ts";
import { withMemoryNote } from "./memory-note.ts";
import { notStarted } from "./not-started.ts";

/** Output is read for this long after the shell ended. Background processes may keep the pipe open forever. */
const LATE_OUTPUT_MS = 300;

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The command and everything that it starts become part of it. */
  readonly processes: ProcessTree;
}

const shell = Bun.which("bash") ?? "/bin/sh";

/**
 * Runs a shell command in a session of its own. If it exceeds its time limit, or the signal aborts, it is stopped with
 * its whole session: SIGTERM, then SIGKILL.
 * @throws SandboxError if the command cannot be started; the signal's reason if it aborted before
 */
export async function runCommand(command: string, options: RunOptions): Promise<CommandResult> {
  options.signal.throwIfAborted();
  const { processes } = options;
  const output = new BoundedOutput(COMMAND_OUTPUT_LIMIT);
  const child = start(command, options);
  const before = processes.memoryKills();
  const failed = once(child, "error").then(([error]) => {
    throw notStarted(error, { ...options, command });
  });
  const shellPid = child.pid;
  if (shellPid === undefined) return await failed;
  failed.catch(() => undefined);
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));

  const closed = once(child, "close");
  // An error after the start is reported by `exited`.
  closed.catch(() => undefined);
  const exited = once(child, "exit");
  const ending = await endOf(exited, options);
  if (ending !== "exited") await processes.stop(shellPid);
  await waitAtMost(closed, LATE_OUTPUT_MS);
  child.stdout?.destroy();
  const ended = result(child, output, ending, options.timeoutMs);
  return withMemoryNote(ended, before, processes.memoryKills(), processes.memoryLimit);
}

function start(command: string, options: RunOptions): ChildProcess {
  if (command.includes("\0")) throw new SandboxError("invalid", "A command cannot contain a NUL character.");
  const odd = Object.entries(options.env).find(([name, value]) => `${name}${value}`.includes("\0"));
  if (odd !== undefined)
    throw new SandboxError(
      "invalid",
      `The variable ${JSON.stringify(odd[0])} contains a NUL character: commands cannot run.`,
    );
  try {
    // One pipe for both streams keeps their order.
    return options.processes.start(shell, ["-c", `exec 2>&1\n${command}`], {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (error) {
    throw notStarted(error, { ...options, command });
  }
}

type Ending = "exited" | "timeout" | "aborted";

async function endOf(exited: Promise<unknown>, { timeoutMs, signal }: RunOptions): Promise<Ending> {
  const over = new AbortController();
  const stopped = sleep(timeoutMs, AbortSignal.any([signal, over.signal]));
  const ending = exited.then((): Ending => "exited");
  try {
    return await Promise.race([ending, stopped.then((): Ending => (signal.aborted ? "aborted" : "timeout"))]);
  } finally {
    over.abort();
  }
}

function result(child: ChildProcess, output: BoundedOutput, ending: string, timeoutMs: number): CommandResult {
  const { text, cut } = output.read();
  if (ending === "timeout") return { output: withTimeoutNote(text, timeoutMs), exitCode: TIMEOUT_EXIT_CODE, cut };
  return { output: text, exitCode: exitCodeOf(child) ?? 128, cut };
}
