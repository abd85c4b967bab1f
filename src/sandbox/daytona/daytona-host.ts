import { downloadByScript, type RemoteHost, type ScriptOptions, type ScriptOutcome } from "../remote/index.ts";
import { commandLine } from "./command-line.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";
import { DaytonaFailure, type DaytonaFailureCode } from "./daytona-error.ts";

/** How long one attempt to move a file may take. */
const TRANSFER_TIMEOUT_S = 60;

/** Errors with which Daytona may answer requests to a stopped sandbox. */
const MAYBE_STOPPED: ReadonlySet<DaytonaFailureCode> = new Set(["rejected", "not-found", "server", "failed"]);

/** Daytona names the file in a header of the answer, and escapes other characters in various ways. */
const DOWNLOADABLE = /^[\w./ @+=,~-]+$/;

/** Runs scripts and moves files in a sandbox at Daytona. Requests are repeated; a stopped sandbox is started before. */
export class DaytonaHost implements RemoteHost {
  readonly #api: DaytonaApi;
  readonly #sandbox: DaytonaSandbox;
  readonly #restartIfStopped: (signal: AbortSignal) => Promise<boolean>;

  /** @param restartIfStopped is called after a failure; returns whether the sandbox had been stopped and runs again */
  constructor(api: DaytonaApi, sandbox: DaytonaSandbox, restartIfStopped: (signal: AbortSignal) => Promise<boolean>) {
    this.#api = api;
    this.#sandbox = sandbox;
    this.#restartIfStopped = restartIfStopped;
  }

  async run(script: string, { signal, timeoutMs }: ScriptOptions): Promise<ScriptOutcome> {
    const line = commandLine(script);
    const { result, exitCode } = await this.#call("run a command in", signal, () =>
      this.#sandbox.process.executeCommand(line, "/", undefined, Math.ceil(timeoutMs / 1000)),
    );
    return { output: result, exitCode };
  }

  async upload(path: string, content: Uint8Array, signal: AbortSignal): Promise<void> {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    await this.#call("write into", signal, () => this.#sandbox.fs.uploadFile(bytes, path, TRANSFER_TIMEOUT_S));
  }

  async download(path: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (!DOWNLOADABLE.test(path)) return await downloadByScript(this, this.#sandbox.id, path, signal);
    try {
      return await this.#call("read from", signal, () => this.#sandbox.fs.downloadFile(path, TRANSFER_TIMEOUT_S));
    } catch (error) {
      if (error instanceof DaytonaFailure && error.reason === "not-found") return undefined;
      throw error;
    }
  }

  /** @param what as in "read from"; the sandbox's id is added */
  async #call<T>(what: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const action = `${what} the sandbox ${this.#sandbox.id}`;
    try {
      return await this.#api.call(action, work, { signal });
    } catch (error) {
      const maybeStopped = error instanceof DaytonaFailure && MAYBE_STOPPED.has(error.reason);
      if (!maybeStopped || !(await this.#restartIfStopped(signal))) throw error;
      return await this.#api.call(action, work, { signal });
    }
  }
}
