import { assignments, commandLine, parseAnswer } from "../remote/shell.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";
import { DaytonaFailure, type DaytonaFailureCode } from "./daytona-error.ts";

/** Besides the time that a script needs: how long the sandbox may take to run it. */
const SCRIPT_TIMEOUT_S = 30;
/** How long one attempt to bring a file over may take. */
const TRANSFER_TIMEOUT_S = 60;

/** With what a sandbox that does not run may answer. */
const MAYBE_STOPPED: ReadonlySet<DaytonaFailureCode> = new Set(["rejected", "not-found", "server", "failed"]);

export interface ScriptOptions {
  /** Instead of the shell's own. */
  readonly signal?: AbortSignal;
  /** Seconds that the script may wait by itself. */
  readonly waits?: number;
}

export interface RemoteShellOptions {
  /** Ends requests, unless they have a signal of their own. */
  readonly signal: AbortSignal;
  /** After a failure: @returns whether the sandbox had been stopped and runs again */
  restartIfStopped(signal: AbortSignal): Promise<boolean>;
}

/** Runs the runner's own scripts in a sandbox. They may run more than once: a request can break off. */
export class RemoteShell {
  readonly #api: DaytonaApi;
  readonly #remote: DaytonaSandbox;
  readonly #options: RemoteShellOptions;

  constructor(api: DaytonaApi, remote: DaytonaSandbox, options: RemoteShellOptions) {
    this.#api = api;
    this.#remote = remote;
    this.#options = options;
  }

  /**
   * @param variables of the script
   * @returns its answer: a word, and what belongs to it
   * @throws SandboxError where there is no answer
   */
  async run(
    script: string,
    variables: Readonly<Record<string, string | number>>,
    { waits = 0, signal = this.#options.signal }: ScriptOptions = {},
  ): Promise<{ readonly word: string; readonly rest: string }> {
    const line = commandLine(assignments(variables) + script);
    const { result, exitCode } = await this.#call("run a command in", signal, () =>
      this.#remote.process.executeCommand(line, "/", undefined, SCRIPT_TIMEOUT_S + waits),
    );
    const answer = parseAnswer(result);
    if (answer !== undefined) return answer;
    throw new SandboxError(
      "unavailable",
      `The sandbox ${this.#remote.id} does not run commands as it should (exit code ${exitCode}): ${result.slice(0, 300)}`,
    );
  }

  /** @throws SandboxError */
  async upload(content: Buffer, path: string, signal = this.#options.signal): Promise<void> {
    await this.#call("write into", signal, () => this.#remote.fs.uploadFile(content, path, TRANSFER_TIMEOUT_S));
  }

  /** @returns `undefined` where the file is not there @throws SandboxError */
  async download(path: string, signal = this.#options.signal): Promise<Uint8Array | undefined> {
    try {
      return await this.#call("read from", signal, () => this.#remote.fs.downloadFile(path, TRANSFER_TIMEOUT_S));
    } catch (error) {
      if (error instanceof DaytonaFailure && error.reason === "not-found") return undefined;
      throw error;
    }
  }

  /** @param what as in "read from", to which the sandbox is added */
  async #call<T>(what: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const wanted = `${what} the sandbox ${this.#remote.id}`;
    try {
      return await this.#api.call(wanted, work, { signal });
    } catch (error) {
      const maybeStopped = error instanceof DaytonaFailure && MAYBE_STOPPED.has(error.reason);
      if (!maybeStopped || !(await this.#options.restartIfStopped(signal))) throw error;
      return await this.#api.call(wanted, work, { signal });
    }
  }
}
