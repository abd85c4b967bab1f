import type { CommandResult } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { endedResult, lostResult } from "./command-result.ts";
import { type CommandText, type RemoteCommand, startScript, waitScript } from "./command-scripts.ts";
import { MachineStopped } from "./remote-host.ts";
import type { RemoteShell } from "./remote-shell.ts";
import { type Answer, exports, quote } from "./shell.ts";
import { interrupted, outcomeText, type StopOutcome, stopOutcome, unfinished } from "./stop-outcome.ts";
import { STOP, STOP_ALL } from "./stop-script.ts";

/** Each user of a sandbox keeps its commands in a directory below this one. */
const COMMANDS_DIRECTORY = "/tmp/.agent-runner";
/** How long one request waits for a command. */
const WAIT_MS = 20_000;
/** A sandbox stops a command by itself when its time is over. If it does not, this much later waiting ends. */
const STOP_GRACE_MS = 3 * WAIT_MS;
/** How long stopping a command may take. */
const STOP_TIMEOUT_MS = 5_000;
/** A quoted text that is longer is uploaded, and does not travel in the script. */
const MAX_INLINE_BYTES = 30_000;
/** Tells programs not to draw, page or ask. */
const BASE_ENVIRONMENT = { TERM: "dumb", NO_COLOR: "1", PAGER: "cat", GIT_TERMINAL_PROMPT: "0" };

type CommandTexts = Pick<RemoteCommand, "command" | "environment">;
/** Whether it was seen that the command runs. */
type Progress = { wasSeen: boolean };
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
    const texts = await this.#texts(command, environment, dir, signal);
    const progress: Progress = { wasSeen: false };
    const end = await this.#runToEnd(texts, dir, progress, signal).catch((error: unknown) => ({ error }));
    const { root, timeoutMs } = this.#options;
    if ("code" in end && end.code === "done") return endedResult(end.body, timeoutMs);
    const wasMachineStopped = "error" in end && end.error instanceof MachineStopped;
    const outcome = wasMachineStopped ? "machine-stopped" : await this.#stop(dir, progress);
    if ("error" in end) signal.throwIfAborted();
    const body = outcome === "ended" ? await this.#readEnd(dir) : undefined;
    if (body !== undefined) return endedResult(body, timeoutMs);
    if ("error" in end) throw interrupted(end.error, outcomeText(outcome));
    if (end.code === "lost") return lostResult(end.body, outcomeText(outcome));
    throw unfinished(end.code, { root, recordsDirectory: COMMANDS_DIRECTORY, outcome });
  }

  /** Stops what commands left running in the background, and deletes what belongs to them. Never throws. */
  async stopAll(): Promise<void> {
    if (this.#count > 0) await this.#runBriefly(STOP_ALL, { directory: this.#directory });
  }

  /** Starts the command and waits until it has ended. @returns what the last script printed, or `late` */
  async #runToEnd(texts: CommandTexts, dir: string, progress: Progress, signal: AbortSignal): Promise<Answer> {
    const { root, timeoutMs } = this.#options;
    let script = startScript({ dir, root, timeoutMs, ...texts }, WAIT_MS);
    const end = Date.now() + timeoutMs + STOP_GRACE_MS;
    for (;;) {
      const answer = await this.#shell.run(script, {}, { waitMs: WAIT_MS, signal });
      if (answer.code === "running" || answer.code === "forgotten") progress.wasSeen = true;
      if (answer.code !== "running" && answer.code !== "starting") return answer;
      if (Date.now() > end) return { code: "late", body: "" };
      if (answer.code === "running") script = waitScript(dir, WAIT_MS);
    }
  }

  /** @throws SandboxError; the signal's reason */
  async #texts(command: string, environment: string, dir: string, signal: AbortSignal): Promise<CommandTexts> {
    try {
      return {
        command: await this.#inlineOrUpload(`${command}\n`, `${dir}/command`, signal),
        environment: await this.#inlineOrUpload(environment, `${dir}/environment`, signal),
      };
    } catch (error) {
      signal.throwIfAborted();
      throw interrupted(error, "The command was not run.");
    }
  }

  /** A text that a command needs: part of the script, or uploaded before if it is long. */
  async #inlineOrUpload(text: string, path: string, signal: AbortSignal): Promise<CommandText> {
    if (Buffer.byteLength(quote(text)) <= MAX_INLINE_BYTES) return { text, isUploaded: false };
    await this.#shell.upload(path, Buffer.from(text), signal);
    return { text, isUploaded: true };
  }

  /** Takes a few seconds at most. Never throws. */
  async #stop(dir: string, { wasSeen }: Progress): Promise<StopOutcome> {
    const answer = await this.#runBriefly(STOP, { dir });
    return stopOutcome(answer?.code ?? "unknown", wasSeen);
  }

  /** Reads the result of a command that has ended. Never throws. @returns `undefined` if it cannot be read */
  async #readEnd(dir: string): Promise<string | undefined> {
    const answer = await this.#runBriefly(waitScript(dir, 0), {});
    return answer?.code === "done" ? answer.body : undefined;
  }

  /** Runs a script even if the execution was aborted. Never throws. @returns `undefined` if that failed */
  async #runBriefly(script: string, variables: Readonly<Record<string, string>>): Promise<Answer | undefined> {
    const signal = AbortSignal.timeout(STOP_TIMEOUT_MS);
    return await this.#shell.run(script, variables, { signal }).catch(() => undefined);
  }
}
