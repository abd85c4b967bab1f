import type { CommandResult } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { endedResult, lostResult } from "./command-result.ts";
import { type RemoteCommand, startScript, waitScript } from "./command-scripts.ts";
import { BASE_ENVIRONMENT, commandText } from "./command-text.ts";
import { RECORDS_DIRECTORY, type Records } from "./records.ts";
import { MachineStopped } from "./remote-host.ts";
import type { RemoteShell } from "./remote-shell.ts";
import { type Answer, exports } from "./shell.ts";
import { interrupted, outcomeText, type StopOutcome, stopOutcome, unfinished } from "./stop-outcome.ts";
import { STOP, STOP_ALL } from "./stop-script.ts";

/** How long one request waits for a command. */
const WAIT_MS = 20_000;
/** A sandbox stops a command by itself when its time is over. If it does not, this much later waiting ends. */
const STOP_GRACE_MS = 3 * WAIT_MS;
/** How long stopping a command may take. */
const STOP_TIMEOUT_MS = 5_000;

type CommandTexts = Pick<RemoteCommand, "command" | "environment">;
/** Whether it was seen that the command runs. */
type Progress = { wasSeen: boolean };
type Environment = Readonly<Record<string, string>>;

export interface RemoteCommandsOptions {
  readonly root: string;
  readonly timeoutMs: number;
  /** Variables that every command sees, besides the host's own environment. */
  readonly environment: Environment;
  readonly records: Records;
}

/** Runs an agent's commands in a remote sandbox. */
export class RemoteCommands {
  readonly #shell: RemoteShell;
  readonly #options: RemoteCommandsOptions;

  constructor(shell: RemoteShell, options: RemoteCommandsOptions) {
    this.#shell = shell;
    this.#options = options;
  }

  /** @throws SandboxError; the signal's reason if it aborts, after the command was stopped */
  async run(command: string, env: Environment | undefined, signal: AbortSignal): Promise<CommandResult> {
    signal.throwIfAborted();
    if (command.includes("\0")) throw new SandboxError("invalid", "A command cannot contain a NUL character.");
    const dir = this.#options.records.next();
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
    throw unfinished(end.code, { root, recordsDirectory: RECORDS_DIRECTORY, outcome });
  }

  /** Stops what commands left running in the background, and deletes what belongs to them. Never throws. */
  async stopAll(): Promise<void> {
    const { records } = this.#options;
    if (!records.isEmpty) await this.#runBriefly(STOP_ALL, { directory: records.path });
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
        command: await commandText(this.#shell, `${command}\n`, `${dir}/command`, signal),
        environment: await commandText(this.#shell, environment, `${dir}/environment`, signal),
      };
    } catch (error) {
      signal.throwIfAborted();
      throw interrupted(error, "The command was not run.");
    }
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
