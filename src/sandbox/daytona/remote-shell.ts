import { SandboxError } from "../sandbox-error.ts";
import type { DaytonaApi, RemoteSandbox } from "./daytona-api.ts";
import { DaytonaFailure } from "./daytona-error.ts";
import { assignments, commandLine, parseAnswer } from "./shell.ts";

/** Besides the time that a script needs: how long the sandbox may take to run it. */
const SCRIPT_TIMEOUT_S = 30;
/** How long a file may be under way. */
const TRANSFER_TIMEOUT_S = 120;

export interface ScriptOptions {
  /** Instead of the shell's own. */
  readonly signal?: AbortSignal;
  /** Seconds that the script may wait by itself. */
  readonly waits?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the runner's own scripts in a sandbox. They may run more than once: a request can break off. */
export class RemoteShell {
  readonly #api: DaytonaApi;
  readonly #remote: RemoteSandbox;
  readonly #signal: AbortSignal;

  /** @param signal ends requests, unless they have a signal of their own */
  constructor(api: DaytonaApi, remote: RemoteSandbox, signal: AbortSignal) {
    this.#api = api;
    this.#remote = remote;
    this.#signal = signal;
  }

  /**
   * @param variables of the script
   * @returns its answer: a word, and what belongs to it
   * @throws SandboxError where there is no answer
   */
  async run(
    script: string,
    variables: Readonly<Record<string, string | number>>,
    { waits = 0, env, signal = this.#signal }: ScriptOptions = {},
  ): Promise<{ readonly word: string; readonly rest: string }> {
    const line = commandLine(assignments(variables) + script);
    const { result, exitCode } = await this.#api.call(
      `run a command in the sandbox ${this.#remote.id}`,
      () => this.#remote.process.executeCommand(line, "/", env, SCRIPT_TIMEOUT_S + waits),
      { signal },
    );
    const answer = parseAnswer(result);
    if (answer !== undefined) return answer;
    throw new SandboxError(
      "unavailable",
      `The sandbox ${this.#remote.id} does not run commands as it should (exit code ${exitCode}): ${result.slice(0, 300)}`,
    );
  }

  /** @throws SandboxError */
  async upload(content: Buffer, path: string, signal = this.#signal): Promise<void> {
    await this.#api.call(
      `write into the sandbox ${this.#remote.id}`,
      () => this.#remote.fs.uploadFile(content, path, TRANSFER_TIMEOUT_S),
      { signal },
    );
  }

  /** @returns `undefined` where the file is not there @throws SandboxError */
  async download(path: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#api.call(`read from the sandbox ${this.#remote.id}`, () => this.#remote.fs.downloadFile(path));
    } catch (error) {
      if (error instanceof DaytonaFailure && error.reason === "not-found") return undefined;
      throw error;
    }
  }
}
