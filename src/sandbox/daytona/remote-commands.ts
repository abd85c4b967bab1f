import { boundedText, withTimeoutNote } from "../bounded-output.ts";
import { type CommandResult, TIMEOUT_EXIT_CODE } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { STOP, startScript, waitScript } from "./command-scripts.ts";
import type { RemoteShell } from "./remote-shell.ts";
import { SCRIPT_LIMIT } from "./shell.ts";

/** Below it, each lease keeps what belongs to its commands. */
const COMMANDS_DIRECTORY = "/tmp/.agent-runner";
/** How long one request waits for a command. */
const WAIT_S = 20;
/** Longest time in which a command that is no longer wanted is stopped. */
const STOP_TIMEOUT_MS = 5_000;
/** Programs that ask whether they may draw and page: they may not. */
const BASE_ENVIRONMENT = { TERM: "dumb", NO_COLOR: "1", PAGER: "cat", GIT_TERMINAL_PROMPT: "0" };

export interface RemoteCommandsOptions {
  readonly root: string;
  readonly timeoutMs: number;
  /** What every command sees besides the sandbox's own environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs an agent's commands in a sandbox at Daytona. */
export class RemoteCommands {
  readonly #shell: RemoteShell;
  readonly #options: RemoteCommandsOptions;
  /** Of its own for each lease, so that one does not stop what belongs to another. */
  readonly #directory = `${COMMANDS_DIRECTORY}/${crypto.randomUUID()}`;
  #count = 0;

  constructor(shell: RemoteShell, options: RemoteCommandsOptions) {
    this.#shell = shell;
    this.#options = options;
  }

  /** @throws SandboxError; the signal's reason where it aborts, after the command was stopped */
  async run(
    command: string,
    env: Readonly<Record<string, string>> | undefined,
    signal: AbortSignal,
  ): Promise<CommandResult> {
    signal.throwIfAborted();
    if (command.includes("\0")) throw new SandboxError("invalid", "A command cannot contain a NUL character.");
    const dir = `${this.#directory}/${++this.#count}`;
    try {
      return this.#result(await this.#ended(command, dir, { ...this.#options.environment, ...env }, signal));
    } catch (error) {
      if (!signal.aborted) throw error;
      await this.#stop(dir, "");
      throw signal.reason;
    }
  }

  /** Stops what commands left running in the background, and deletes what belongs to them. Never throws. */
  async stopAll(): Promise<void> {
    if (this.#count > 0) await this.#stop(`${this.#directory}/*`, this.#directory);
  }

  async #ended(
    command: string,
    dir: string,
    env: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string> {
    const { root, timeoutMs } = this.#options;
    const inline = Buffer.byteLength(command) <= SCRIPT_LIMIT;
    if (!inline) await this.#shell.upload(Buffer.from(`${command}\n`), `${dir}/command`, signal);
    let script = startScript({ dir, root, timeoutMs, ...(inline ? { text: command } : {}) }, WAIT_S);
    // The sandbox stops the command by itself; where it does not, this is the end.
    const end = Date.now() + timeoutMs + 3 * WAIT_S * 1000;
    for (;;) {
      const { word, rest } = await this.#shell.run(
        script,
        {},
        { waits: WAIT_S, env: { ...BASE_ENVIRONMENT, ...env }, signal },
      );
      if (word === "done") return rest;
      if (word !== "running") throw new SandboxError("unavailable", gone(word, root));
      if (Date.now() > end) throw new SandboxError("unavailable", "The sandbox does not say how the command ended.");
      script = waitScript(dir, WAIT_S);
    }
  }

  #result(answer: string): CommandResult {
    const [ended = "", total = "", head = "", tail = ""] = answer.split("\n");
    const [code = NaN, seconds = NaN] = ended.split(" ").map(Number);
    const { text, cut } = boundedText(Buffer.from(head, "base64"), Buffer.from(tail, "base64"), Number(total));
    const { timeoutMs } = this.#options;
    const isOver = (code === TIMEOUT_EXIT_CODE || code === 137) && seconds >= Math.floor(timeoutMs / 1000);
    if (isOver) return { output: withTimeoutNote(text, timeoutMs), exitCode: TIMEOUT_EXIT_CODE, cut };
    return { output: text, exitCode: code, cut };
  }

  async #stop(dirs: string, clear: string): Promise<void> {
    const signal = AbortSignal.timeout(STOP_TIMEOUT_MS);
    await this.#shell.run(STOP, { dirs, clear }, { signal }).catch(() => undefined);
  }
}

function gone(word: string, root: string): string {
  return word === "denied"
    ? `The sandbox does not let its user write to ${COMMANDS_DIRECTORY}.`
    : `The workspace ${root} is no longer there: it was deleted, or the sandbox was restarted.`;
}
