import { boundedText, withNote, withTimeoutNote } from "../bounded-output.ts";
import { type CommandResult, TIMEOUT_EXIT_CODE } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { type CommandText, STOP, startScript, waitScript } from "./command-scripts.ts";
import type { RemoteShell } from "./remote-shell.ts";
import { exports, quote } from "./shell.ts";

/** Each user of a sandbox keeps its commands in a directory below this one. */
const COMMANDS_DIRECTORY = "/tmp/.agent-runner";
/** How long one request waits for a command. */
const WAIT_MS = 20_000;
/** A sandbox stops a command by itself when its time is over. If it does not, this much later waiting ends. */
const STOP_GRACE_MS = 3 * WAIT_MS;
/** How long stopping a command may take. */
const STOP_TIMEOUT_MS = 5_000;
/** As of a process that was killed. */
const KILLED_EXIT_CODE = 137;
/** A quoted text that is longer is uploaded, and does not travel in the script. */
const MAX_INLINE_BYTES = 30_000;
/** Tells programs not to draw, page or ask. */
const BASE_ENVIRONMENT = { TERM: "dumb", NO_COLOR: "1", PAGER: "cat", GIT_TERMINAL_PROMPT: "0" };

const FULL = "[The sandbox's disk is full: output may be missing. Delete what is not needed.]";
const LOST =
  "[The command's supervisor was killed, by the command or by the kernel (out of memory?): the exit code is unknown.]";

type Environment = Readonly<Record<string, string>>;

export interface RemoteCommandsOptions {
  readonly root: string;
  readonly timeoutMs: number;
  /** Variables that every command sees, besides the host's own environment. */
  readonly environment: Environment;
}

/** Runs an agent's commands in a remote sandbox. */
export class RemoteCommands {
  readonly #shell: RemoteShell;
  readonly #options: RemoteCommandsOptions;
  /** A new one for each user of the sandbox, so that none stops the commands of another. */
  readonly #directory = `${COMMANDS_DIRECTORY}/${crypto.randomUUID()}`;
  #count = 0;

  constructor(shell: RemoteShell, options: RemoteCommandsOptions) {
    this.#shell = shell;
    this.#options = options;
  }

  /** @throws SandboxError; the signal's reason if it aborts, after the command was stopped */
  async run(command: string, env: Environment | undefined, signal: AbortSignal): Promise<CommandResult> {
    signal.throwIfAborted();
    if (command.includes("\0")) throw new SandboxError("invalid", "A command cannot contain a NUL character.");
    const dir = `${this.#directory}/${++this.#count}`;
    const environment = exports({ ...BASE_ENVIRONMENT, ...this.#options.environment, ...env });
    try {
      const { word, rest } = await this.#runToEnd(`${command}\n`, environment, dir, signal);
      if (word === "lost") await this.#stop(dir, "");
      return this.#result(word, rest);
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

  /** Starts the command and waits until it has ended. */
  async #runToEnd(command: string, environment: string, dir: string, signal: AbortSignal) {
    const { root, timeoutMs } = this.#options;
    const texts = {
      command: await this.#inlineOrUpload(command, `${dir}/command`, signal),
      environment: await this.#inlineOrUpload(environment, `${dir}/environment`, signal),
    };
    let script = startScript({ dir, root, timeoutMs, ...texts }, WAIT_MS);
    const end = Date.now() + timeoutMs + STOP_GRACE_MS;
    for (;;) {
      const answer = await this.#shell.run(script, {}, { waitMs: WAIT_MS, signal });
      if (answer.word === "done" || answer.word === "lost") return answer;
      if (answer.word !== "running" && answer.word !== "starting")
        throw new SandboxError("unavailable", refusal(answer.word, root));
      if (Date.now() > end) {
        await this.#stop(dir, "");
        throw new SandboxError(
          "unavailable",
          "The sandbox did not stop the command after its timeout; its result is unknown.",
        );
      }
      if (answer.word === "running") script = waitScript(dir, WAIT_MS);
    }
  }

  /** A text that a command needs: part of the script, or uploaded before if it is long. */
  async #inlineOrUpload(text: string, path: string, signal: AbortSignal): Promise<CommandText> {
    if (Buffer.byteLength(quote(text)) <= MAX_INLINE_BYTES) return { text, isUploaded: false };
    await this.#shell.upload(path, Buffer.from(text), signal);
    return { text, isUploaded: true };
  }

  #result(word: string, answer: string): CommandResult {
    const [ended = "", total = "", head = "", tail = ""] = answer.split("\n");
    const { text, cut } = boundedText(Buffer.from(head, "base64"), Buffer.from(tail, "base64"), Number(total));
    if (word === "lost") return { output: withNote(text, LOST), exitCode: KILLED_EXIT_CODE, cut };
    const [, code = "", seconds = "", full = ""] = /^(\d+) (\d+) *(full)?/.exec(ended) ?? [];
    if (code === "") throw new SandboxError("unavailable", "The sandbox returned no exit code of the command.");
    const output = full === "" ? text : withNote(text, FULL);
    const exitCode = Number(code);
    const { timeoutMs } = this.#options;
    const wasKilled = exitCode === TIMEOUT_EXIT_CODE || exitCode === KILLED_EXIT_CODE;
    if (wasKilled && Number(seconds) >= Math.floor(timeoutMs / 1000))
      return { output: withTimeoutNote(output, timeoutMs), exitCode: TIMEOUT_EXIT_CODE, cut };
    return { output, exitCode, cut };
  }

  async #stop(dirs: string, clear: string): Promise<void> {
    const signal = AbortSignal.timeout(STOP_TIMEOUT_MS);
    await this.#shell.run(STOP, { dirs, clear }, { signal }).catch(() => undefined);
  }
}

function refusal(word: string, root: string): string {
  switch (word) {
    case "denied":
      return `The command was not run: the sandbox's user cannot write to ${COMMANDS_DIRECTORY}.`;
    case "full":
      return "The command was not run: the sandbox's disk is full. Delete files with the file tools, then try again.";
    case "forgotten":
      return `It is unknown how the command ended: ${COMMANDS_DIRECTORY}, which contains its result, was deleted meanwhile.`;
    default:
      return `The command was not run: the workspace ${root} was deleted, and cannot be created again.`;
  }
}
