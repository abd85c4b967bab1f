import { humanSize } from "../../shared/human-size.ts";
import { SandboxError } from "../sandbox-error.ts";
import { MAX_SCRIPT_BYTES, type RemoteHost } from "./remote-host.ts";
import { type Answer, assignments, parseAnswer } from "./shell.ts";

/** How long a script may take, besides the time that it waits on purpose. */
const SCRIPT_TIMEOUT_MS = 30_000;
/** An error quotes at most this much of an output. */
const MAX_QUOTED = 300;

export interface RunOptions {
  /** Instead of the shell's own. */
  readonly signal?: AbortSignal;
  /** How long the script may wait on purpose. */
  readonly waitMs?: number;
}

/** Runs scripts on the host of one sandbox. */
export class RemoteShell {
  readonly #host: RemoteHost;
  readonly #sandboxId: string;
  readonly #signal: AbortSignal;

  /** @param signal ends all requests that have none of their own */
  constructor(host: RemoteHost, sandboxId: string, signal: AbortSignal) {
    this.#host = host;
    this.#sandboxId = sandboxId;
    this.#signal = signal;
  }

  /**
   * @param variables that the script reads
   * @throws SandboxError if there is no answer, or what is sent is too long
   */
  async run(
    script: string,
    variables: Readonly<Record<string, string | number>>,
    { waitMs = 0, signal = this.#signal }: RunOptions = {},
  ): Promise<Answer> {
    const text = assignments(variables) + script;
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_SCRIPT_BYTES)
      throw new SandboxError(
        "invalid",
        `What was sent is too long: ${humanSize(bytes)}, at most ${humanSize(MAX_SCRIPT_BYTES)} can be sent.`,
      );
    const options = { signal, timeoutMs: SCRIPT_TIMEOUT_MS + waitMs };
    const { output, exitCode } = await this.#host.run(text, options);
    const answer = parseAnswer(output);
    if (answer !== undefined) return answer;
    throw new SandboxError(
      "unavailable",
      `The sandbox ${this.#sandboxId} did not run the runner's script (exit code ${exitCode}): ${output.slice(0, MAX_QUOTED)}`,
    );
  }

  /** @throws SandboxError */
  async upload(path: string, content: Uint8Array, signal = this.#signal): Promise<void> {
    await this.#host.upload(path, content, signal);
  }

  /** @returns `undefined` if there is no such file @throws SandboxError */
  async download(path: string): Promise<Uint8Array | undefined> {
    return await this.#host.download(path, this.#signal);
  }
}
