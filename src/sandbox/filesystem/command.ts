import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { sleep } from "../../shared/time.ts";
import { BoundedOutput, withTimeoutNote } from "../bounded-output.ts";
import { COMMAND_OUTPUT_LIMIT, type CommandResult, TIMEOUT_EXIT_CODE } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { MARK } from "./marks.ts";
import type { ProcessGroups } from "./process-groups.ts";

/** How long output is still read after the shell ended: what it left in the background may hold the pipe forever. */
const LATE_OUTPUT_MS = 300;

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Where the command's process group is kept. */
  readonly groups: ProcessGroups;
}

const shell = Bun.which("bash") ?? "/bin/sh";

/**
 * Runs a shell command in a process group of its own. A command that exceeds its time, or whose signal aborts, is
 * stopped with all of its group: SIGTERM, then SIGKILL.
 */
export async function runCommand(command: string, options: RunOptions): Promise<CommandResult> {
  options.signal.throwIfAborted();
  const output = new BoundedOutput(COMMAND_OUTPUT_LIMIT);
  const child = start(command, options);
  const failed = once(child, "error").then(([error]) => {
    throw notStarted(error, command, options);
  });
  const group = child.pid;
  if (group === undefined) return await failed;
  failed.catch(() => undefined);
  options.groups.add(group);
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));

  const closed = once(child, "close");
  const exited = once(child, "exit");
  const ending = await endOf(exited, options);
  if (ending !== "exited") await options.groups.stop(group);
  await settled(closed, LATE_OUTPUT_MS);
  child.stdout?.destroy();
  options.groups.forgetEmpty(group);
  return result(child, output, ending, options.timeoutMs);
}

function start(command: string, options: RunOptions): ChildProcess {
  if (command.includes("\0")) throw new SandboxError("invalid", "A command cannot contain a NUL character.");
  const env = { ...options.env, [MARK]: options.groups.mark };
  const odd = Object.entries(env).find(([name, value]) => `${name}${value}`.includes("\0"));
  if (odd !== undefined)
    throw new SandboxError(
      "invalid",
      `The variable ${JSON.stringify(odd[0])} contains a NUL character: commands cannot run.`,
    );
  try {
    // One pipe for both streams keeps their order.
    return spawn(shell, ["-c", `exec 2>&1\n${command}`], {
      cwd: options.cwd,
      env,
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
  } catch (error) {
    throw notStarted(error, command, options);
  }
}

function notStarted(error: unknown, command: string, { cwd }: RunOptions): SandboxError {
  const failed = (why: string) => new SandboxError("unavailable", `The command could not be started: ${why}`, error);
  if (!existsSync(cwd)) return failed(`the workspace ${cwd} does not exist any more.`);
  switch (systemCode(error)) {
    case "E2BIG":
      return failed(
        `it has ${Buffer.byteLength(command)} bytes, which is too long. Write it into a file, and run that.`,
      );
    case "EAGAIN":
    case "ENOMEM":
    case "EMFILE":
    case "ENFILE":
      return failed("the machine has no room for another process now. Try again later.");
    default:
      return failed(messageOf(error));
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

/** Waits for a promise, but no longer than `ms`. */
async function settled(promise: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([promise, sleep(ms, over.signal)]);
  over.abort();
}

function result(child: ChildProcess, output: BoundedOutput, ending: string, timeoutMs: number): CommandResult {
  const { text, cut } = output.read();
  if (ending === "timeout") return { output: withTimeoutNote(text, timeoutMs), exitCode: TIMEOUT_EXIT_CODE, cut };
  const signal = child.signalCode === null ? 0 : constants.signals[child.signalCode];
  return { output: text, exitCode: child.exitCode ?? 128 + signal, cut };
}
