import { boundedText, withNote, withTimeoutNote } from "../bounded-output.ts";
import { type CommandResult, TIMEOUT_EXIT_CODE } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { type CommandText, type RemoteCommand, startScript, waitScript } from "./command-scripts.ts";
import type { RemoteShell } from "./remote-shell.ts";
import { type Answer, exports, quote } from "./shell.ts";
import { STOP } from "./stop-script.ts";

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
const STOPPED = "The command was stopped; it may have done a part of its work.";
const MAYBE_RUNNING = "The command may still be running: check this before you run it again.";

type CommandTexts = Pick<RemoteCommand, "command" | "environment">;
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
    const texts = {
      command: await this.#inlineOrUpload(`${command}\n`, `${dir}/command`, signal),
      environment: await this.#inlineOrUpload(environment, `${dir}/environment`, signal),
    };
    const { code, body } = await this.#runToEnd(texts, dir, signal).catch(async (error: unknown) => {
      const isStopped = await this.#stop(dir, "");
      throw signal.aborted ? signal.reason : withOutcome(error, isStopped);
    });
    if (code !== "done") await this.#stop(dir, "");
    return this.#result(code, body);
  }

  /** Stops what commands left running in the background, and deletes what belongs to them. Never throws. */
  async stopAll(): Promise<void> {
    if (this.#count > 0) await this.#stop(`${this.#directory}/*`, this.#directory);
  }

  /** Starts the command and waits until it has ended. @returns the answer of the last script, or `late` */
  async #runToEnd(texts: CommandTexts, dir: string, signal: AbortSignal): Promise<Answer> {
    const { root, timeoutMs } = this.#options;
    let script = startScript({ dir, root, timeoutMs, ...texts }, WAIT_MS);
    const end = Date.now() + timeoutMs + STOP_GRACE_MS;
    for (;;) {
      const answer = await this.#shell.run(script, {}, { waitMs: WAIT_MS, signal });
      if (answer.code !== "running" && answer.code !== "starting") return answer;
      if (Date.now() > end) return { code: "late", body: "" };
      if (answer.code === "running") script = waitScript(dir, WAIT_MS);
    }
  }

  /** A text that a command needs: part of the script, or uploaded before if it is long. */
  async #inlineOrUpload(text: string, path: string, signal: AbortSignal): Promise<CommandText> {
    if (Buffer.byteLength(quote(text)) <= MAX_INLINE_BYTES) return { text, isUploaded: false };
    await this.#shell.upload(path, Buffer.from(text), signal);
    return { text, isUploaded: true };
  }

  /** @throws SandboxError if the command was not run, or its end is unknown */
  #result(code: string, body: string): CommandResult {
    const [ended = "", total = "", head = "", tail = ""] = body.split("\n");
    const { text, cut } = boundedText(Buffer.from(head, "base64"), Buffer.from(tail, "base64"), Number(total));
    if (code === "lost") return { output: withNote(text, LOST), exitCode: KILLED_EXIT_CODE, cut };
    if (code !== "done") throw new SandboxError("unavailable", refusal(code, this.#options.root));
    const [, exit = "", seconds = "", full = ""] = /^(\d+) (\d+) *(full)?/.exec(ended) ?? [];
    if (exit === "") throw new SandboxError("unavailable", "The sandbox returned no exit code of the command.");
    const output = full === "" ? text : withNote(text, FULL);
    const exitCode = Number(exit);
    const { timeoutMs } = this.#options;
    const wasKilled = exitCode === TIMEOUT_EXIT_CODE || exitCode === KILLED_EXIT_CODE;
    if (wasKilled && Number(seconds) >= Math.floor(timeoutMs / 1000))
      return { output: withTimeoutNote(output, timeoutMs), exitCode: TIMEOUT_EXIT_CODE, cut };
    return { output, exitCode, cut };
  }

  /** Takes a few seconds at most. Never throws. @returns whether it is certain that the commands do not run any more */
  async #stop(dirs: string, clear: string): Promise<boolean> {
    const signal = AbortSignal.timeout(STOP_TIMEOUT_MS);
    return await this.#shell.run(STOP, { dirs, clear }, { signal }).then(
      ({ code }) => code === "ok",
      () => false,
    );
  }
}

/** An error of the host, with what became of the command that it interrupted. */
function withOutcome(error: unknown, isStopped: boolean): unknown {
  if (!(error instanceof SandboxError)) return error;
  return new SandboxError(error.code, `${error.message} ${isStopped ? STOPPED : MAYBE_RUNNING}`, error, error.remedies);
}

function refusal(code: string, root: string): string {
  switch (code) {
    case "denied":
      return `The command was not run: the sandbox's user cannot write to ${COMMANDS_DIRECTORY}.`;
    case "full":
      return "The command was not run: the sandbox's disk is full. Delete files with the file tools, then try again.";
    case "late":
      return "The sandbox did not stop the command after its timeout; its result is unknown.";
    case "forgotten":
      return `It is unknown how the command ended: ${COMMANDS_DIRECTORY}, which contains its result, was deleted meanwhile.`;
    default:
      return `The command was not run: the workspace ${root} was deleted, and cannot be created again.`;
  }
}
