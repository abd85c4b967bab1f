import type { RemoteShell } from "../daytona/daytona-host.ts";
import type { CommandOptions, CommandResult, DirectoryEntry, Found, LineMatch, Sandbox } from "../sandbox.ts";
import { RemoteCommands } from "./commands.ts";
import { RemoteFiles } from "./files.ts";
import { globRemote, grepRemote } from "./search.ts";

export interface RemoteSandboxOptions {
  readonly id: string;
  /** Absolute path without links. */
  readonly root: string;
  readonly commandTimeoutMs: number;
  /** What every command sees besides the sandbox's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Aborting stops every command. */
  readonly signal: AbortSignal;
}

/** A sandbox at Daytona, as one execution uses it. */
export class RemoteSandbox implements Sandbox {
  readonly id: string;
  readonly root: string;
  readonly #signal: AbortSignal;
  readonly #files: RemoteFiles;
  readonly #commands: RemoteCommands;

  constructor(shell: RemoteShell, { id, root, signal, environment, commandTimeoutMs }: RemoteSandboxOptions) {
    this.id = id;
    this.root = root;
    this.#signal = signal;
    this.#files = new RemoteFiles(shell, root);
    this.#commands = new RemoteCommands(shell, { root, environment, timeoutMs: commandTimeoutMs });
  }

  async execute(command: string, { env, signal }: CommandOptions = {}): Promise<CommandResult> {
    const either = signal === undefined ? this.#signal : AbortSignal.any([this.#signal, signal]);
    return await this.#commands.run(command, env, either);
  }

  async readFile(path: string): Promise<Uint8Array> {
    return await this.#files.read(path);
  }

  async writeFile(path: string, content: Uint8Array | string): Promise<string> {
    return await this.#files.write(path, content);
  }

  async list(path: string): Promise<Found<DirectoryEntry>> {
    return await this.#files.list(path);
  }

  async remove(path: string): Promise<string> {
    return await this.#files.remove(path);
  }

  async glob(pattern: string, path: string): Promise<Found<DirectoryEntry>> {
    return await globRemote(this.#files, this.root, pattern, path);
  }

  async grep(
    text: string,
    path: string,
    options: { readonly glob?: string; readonly limit: number },
  ): Promise<Found<LineMatch>> {
    return await grepRemote(this.#files, text, path, options);
  }

  /** Stops what commands left running in the background. Never throws. */
  async stopAll(): Promise<void> {
    await this.#commands.stopAll();
  }
}
