import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import type { ProcessTree } from "../../processes/index.ts";
import { systemCode } from "../../shared/errors.ts";
import { exports, quote } from "../../shared/shell-words.ts";
import { waitAtMost } from "../../shared/time.ts";
import { OutputTail } from "../output-tail.ts";
import {
  CLEANUP_LIMIT_MS,
  checkProgramTexts,
  ERROR_TAIL_LIMIT,
  INPUT_END_GRACE_MS,
  lastWord,
  type ProgramEnd,
  type ProgramRequest,
  type SandboxProgram,
} from "../program.ts";
import { SandboxError } from "../sandbox-error.ts";
import { exitCodeOf } from "./exit-code.ts";
import { notStarted } from "./not-started.ts";

/** Standard error is read for this long after the program ended. What it has started may keep the pipe open forever. */
const LATE_OUTPUT_MS = 300;

export interface ProgramOptions {
  readonly root: string;
  /** All variables that the program sees. */
  readonly env: Readonly<Record<string, string>>;
  /** What its cleanup sees: without its own variables. */
  readonly cleanupEnv: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The program and everything that it starts become part of it. */
  readonly processes: ProcessTree;
}

/** A child process with pipes for all three streams. */
type Child = ChildProcess & {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
};

/** @throws SandboxError if it cannot be started; the signal's reason if it aborted before */
export async function startProgram(request: ProgramRequest, options: ProgramOptions): Promise<SandboxProgram> {
  options.signal.throwIfAborted();
  const cwd = resolve(options.root, request.workingDirectory);
  checkDirectory(cwd, request);
  const cleanup = prepareCleanup(request, options);
  const child = await started(request, cwd, options).catch(async (error: unknown) => {
    await cleanup();
    throw error;
  });
  return new LocalProgram(child, child.pid, options, cleanup);
}

/** @returns the running program @throws SandboxError */
async function started(request: ProgramRequest, cwd: string, options: ProgramOptions): Promise<Child> {
  const child = start(request, cwd, options);
  const failed = once(child, "error").then(([error]) => {
    throw explain(error, request, cwd, options);
  });
  if (child.pid === undefined) return await failed;
  failed.catch(() => undefined);
  return child as Child;
}

function checkDirectory(cwd: string, { workingDirectory, command }: ProgramRequest): void {
  const found = cwd.includes("\0") ? undefined : statSync(cwd, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  throw new SandboxError(
    found === undefined ? "not-found" : "not-a-directory",
    `'${command}' cannot be started: its working directory '${workingDirectory}' ${found === undefined ? "does not exist" : "is not a directory"}.`,
  );
}

function start(request: ProgramRequest, cwd: string, options: ProgramOptions): ChildProcess {
  const { command, args } = request;
  checkProgramTexts({ ...request, env: options.env });
  try {
    return options.processes.start(command, args, { cwd, env: options.env, stdio: ["pipe", "pipe", "pipe"] });
  } catch (error) {
    throw explain(error, request, cwd, options);
  }
}

/** Registers the program's cleanup. @returns runs it; never rejects */
function prepareCleanup(
  { cleanup }: ProgramRequest,
  { root, cleanupEnv: env, processes }: ProgramOptions,
): () => Promise<void> {
  if (cleanup === undefined) return async () => undefined;
  const drop = processes.addCleanup(`cd ${quote(root)}\n${exports(env)}{ ${cleanup}\n} </dev/null\n`);
  return async () => {
    try {
      const child = processes.start("/bin/sh", ["-c", cleanup], { cwd: root, env, stdio: "ignore" });
      const over = once(child, "exit").catch(() => undefined);
      await waitAtMost(over, CLEANUP_LIMIT_MS);
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        await processes.stop(child.pid);
      drop();
    } catch {
      // It remains registered.
    }
  };
}

function explain(error: unknown, request: ProgramRequest, cwd: string, { env }: ProgramOptions): SandboxError {
  const { command, args } = request;
  if (systemCode(error) !== "ENOENT") return notStarted(error, { command: [command, ...args].join(" "), cwd, env });
  const where = command.includes("/") ? `in ${cwd}` : `in the PATH of the sandbox (${env["PATH"] ?? ""})`;
  return new SandboxError("not-found", `There is no program '${command}' ${where}.`, error, [
    "Install it there, or give its path.",
  ]);
}

class LocalProgram implements SandboxProgram {
  readonly input: WritableStream<Uint8Array>;
  readonly output: ReadableStream<Uint8Array>;
  readonly ended: Promise<ProgramEnd>;
  readonly #child: Child;
  readonly #leader: number;
  readonly #processes: ProcessTree;
  readonly #exited: Promise<unknown>;
  readonly #cleanup: Promise<void>;
  #isRunning = true;
  #stopped: Promise<void> | undefined;

  constructor(child: Child, leader: number, { processes, signal }: ProgramOptions, cleanup: () => Promise<void>) {
    this.#child = child;
    this.#leader = leader;
    this.#processes = processes;
    this.input = Writable.toWeb(child.stdin);
    this.output = Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
    // Who writes learns of it; a program may end at any moment.
    child.stdin.on("error", () => undefined);
    const tail = new OutputTail(ERROR_TAIL_LIMIT);
    child.stderr.on("data", (chunk: Buffer) => tail.push(chunk));
    const closed = once(child.stderr, "close").catch(() => undefined);
    this.#exited = once(child, "exit").catch(() => undefined);
    const abort = () => void this.stop();
    signal.addEventListener("abort", abort, { once: true });
    this.ended = this.#exited.then(async () => {
      this.#isRunning = false;
      signal.removeEventListener("abort", abort);
      await waitAtMost(closed, LATE_OUTPUT_MS);
      child.stderr.destroy();
      return { exitCode: exitCodeOf(child), errorTail: tail.read() };
    });
    this.#cleanup = this.#exited.then(cleanup);
    if (signal.aborted) abort();
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #stop(): Promise<void> {
    await lastWord();
    this.#child.stdin.end();
    await waitAtMost(this.#exited, INPUT_END_GRACE_MS);
    // Later, its number may be another one's. What it has left behind ends with the execution.
    if (this.#isRunning) await this.#processes.stop(this.#leader);
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
    await Promise.all([this.ended, this.#cleanup]);
  }
}
