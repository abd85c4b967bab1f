import type { ProgramRequest, SandboxProgram } from "../program.ts";
import type {
  CommandOptions,
  CommandResult,
  DirectoryEntry,
  InstalledTree,
  LineMatch,
  Listing,
  Sandbox,
  Tree,
} from "../sandbox.ts";
import { checkPrograms } from "./check-programs.ts";
import { RemoteCommands } from "./commands.ts";
import { RemoteFiles } from "./files.ts";
import { RemoteTrees } from "./install.ts";
import { RemotePrograms } from "./programs.ts";
import { Records } from "./records.ts";
import type { RemoteHost } from "./remote-host.ts";
import { RemoteShell } from "./remote-shell.ts";
import { globRemote, grepRemote } from "./search.ts";

export interface RemoteSandboxOptions {
  readonly id: string;
  /** Absolute path of an existing directory: commands start in it, file tools are confined to it. */
  readonly workDir: string;
  readonly commandTimeoutMs: number;
  /** Variables that every command sees, besides the host's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Aborting stops every command. */
  readonly signal: AbortSignal;
  /** How an operator gets a sandbox that has all programs that the tools need. */
  readonly programsRemedy: string;
}

/** A sandbox on another machine, as one execution uses it. */
export class RemoteSandbox implements Sandbox {
  readonly id: string;
  readonly root: string;
  readonly #signal: AbortSignal;
  readonly #files: RemoteFiles;
  readonly #commands: RemoteCommands;
  readonly #trees: RemoteTrees;
  readonly #programs: RemotePrograms;

  private constructor(shell: RemoteShell, root: string, options: RemoteSandboxOptions) {
    const { id, signal, environment, commandTimeoutMs } = options;
    this.id = id;
    this.root = root;
    this.#signal = signal;
    this.#files = new RemoteFiles(shell, root);
    this.#trees = new RemoteTrees(shell, this.#files);
    const records = new Records();
    this.#commands = new RemoteCommands(shell, { root, environment, timeoutMs: commandTimeoutMs, records });
    this.#programs = new RemotePrograms(shell, { sandboxId: id, root, environment, records });
  }

  /** @throws SandboxError if the host does not run scripts, or lacks programs; the signal's reason */
  static async open(host: RemoteHost, options: RemoteSandboxOptions): Promise<RemoteSandbox> {
    const { id: sandboxId, workDir, programsRemedy, signal } = options;
    const shell = new RemoteShell(host, sandboxId, signal);
    const root = await checkPrograms(shell, { sandboxId, workDir, programsRemedy });
    return new RemoteSandbox(shell, root, options);
  }

  async execute(command: string, { env, signal }: CommandOptions = {}): Promise<CommandResult> {
    const either = signal === undefined ? this.#signal : AbortSignal.any([this.#signal, signal]);
    return await this.#commands.run(command, env, either);
  }

  async startProgram(request: ProgramRequest, signal: AbortSignal): Promise<SandboxProgram> {
    return await this.#programs.start(request, AbortSignal.any([this.#signal, signal]));
  }

  async readFile(path: string): Promise<Uint8Array> {
    return await this.#files.read(path);
  }

  async writeFile(path: string, content: Uint8Array | string): Promise<string> {
    return await this.#files.write(path, content);
  }

  async list(path: string): Promise<Listing<DirectoryEntry>> {
    return await this.#files.list(path);
  }

  async remove(path: string): Promise<string> {
    return await this.#files.remove(path);
  }

  async glob(pattern: string, path: string): Promise<Listing<DirectoryEntry>> {
    return await globRemote(this.#files, this.root, pattern, path);
  }

  async grep(
    text: string,
    path: string,
    options: { readonly glob?: string; readonly limit: number },
  ): Promise<Listing<LineMatch>> {
    return await grepRemote(this.#files, text, path, options);
  }

  async installTrees(directory: string, trees: readonly Tree[]): Promise<readonly InstalledTree[]> {
    return await this.#trees.install(directory, trees);
  }

  /** Stops programs and what commands left running, and deletes what belongs to them. Never throws. */
  async stopAll(): Promise<void> {
    await this.#programs.stopAll();
    await this.#commands.stopAll();
  }
}
