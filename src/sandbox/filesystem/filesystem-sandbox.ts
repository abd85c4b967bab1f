import { mkdir } from "node:fs/promises";
import type { Logger } from "../../log/index.ts";
import { adoptOrphans, hideProcess, ProcessTree } from "../../processes/index.ts";
import { LIBRARY_DIRECTORIES } from "../paths.ts";
import type {
  CommandOptions,
  CommandResult,
  DirectoryEntry,
  Found,
  LineMatch,
  Sandbox,
  SandboxHandle,
  SandboxProvider,
  SandboxRequest,
} from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { runCommand } from "./command.ts";
import { confine, confineEntry } from "./confine.ts";
import { listDirectory, type Named, readBytes, writeBytes } from "./files.ts";
import { removePath } from "./remove.ts";
import { Root } from "./root.ts";
import { globFiles, grepFiles } from "./search.ts";

export interface FilesystemSandboxOptions {
  /** Absolute path; created where missing. */
  readonly rootDir: string;
  readonly commandTimeoutMs: number;
  /** Bytes that the commands of one execution may use together, where the system keeps such limits; absent: no limit. */
  readonly commandMemory?: number | undefined;
  /** Told of what this machine cannot do. */
  readonly log?: Logger | undefined;
  /** What every command sees, before the environment of the request. */
  readonly baseEnvironment: Readonly<Record<string, string>>;
}

/** A directory of this machine, shared by all executions: file tools are confined to it, commands start in it. */
export class FilesystemSandboxes implements SandboxProvider {
  readonly areIsolated = false;
  readonly #options: FilesystemSandboxOptions;
  #isUnlimitedTold = false;

  constructor(options: FilesystemSandboxOptions) {
    this.#options = options;
    hideProcess();
    adoptOrphans();
  }

  async acquire(request: SandboxRequest): Promise<SandboxHandle> {
    const { rootDir } = this.#options;
    const root = await mkdir(rootDir, { recursive: true })
      .then(() => Root.open(rootDir))
      .catch((error: unknown) => {
        throw new SandboxError(
          "unavailable",
          `The workspace ${rootDir} cannot be used: ${String(error)}. Check SANDBOX_ROOT_DIR.`,
          error,
        );
      });
    const sandbox = new FilesystemSandbox(root, this.#options, request);
    return {
      sandbox,
      release: async () => {
        this.#tellUnlimited(sandbox.isUnlimited);
        await sandbox.stopAll();
      },
    };
  }

  /** Once: an operator may rely on the limit. */
  #tellUnlimited(isUnlimited: boolean): void {
    if (!isUnlimited || this.#isUnlimitedTold) return;
    this.#isUnlimitedTold = true;
    this.#options.log?.info(
      "Commands have no memory limit of their own: the runner may not make control groups here. Where memory runs out, the kernel ends commands before the runner. SANDBOX_COMMAND_MEMORY takes effect in a service with Delegate=yes.",
    );
  }

  async cleanup(): Promise<string> {
    return "the workspace on this machine is kept: it belongs to its user";
  }
}

class FilesystemSandbox implements Sandbox {
  readonly id = "filesystem";
  readonly root: string;
  readonly #root: Root;
  readonly #options: FilesystemSandboxOptions;
  readonly #request: SandboxRequest;
  readonly #processes: ProcessTree;

  constructor(root: Root, options: FilesystemSandboxOptions, request: SandboxRequest) {
    this.root = root.path;
    this.#root = root;
    this.#options = options;
    this.#request = request;
    this.#processes = new ProcessTree({ memoryLimit: options.commandMemory });
  }

  async execute(command: string, { env, signal }: CommandOptions = {}): Promise<CommandResult> {
    const signals = [this.#request.signal, ...(signal === undefined ? [] : [signal])];
    return await runCommand(command, {
      cwd: this.root,
      env: { ...this.#options.baseEnvironment, ...this.#request.environment, ...env },
      timeoutMs: this.#options.commandTimeoutMs,
      signal: AbortSignal.any(signals),
      processes: this.#processes,
    });
  }

  async readFile(path: string): Promise<Uint8Array> {
    return await readBytes(this.#root, await this.#named(path));
  }

  async writeFile(path: string, content: Uint8Array | string): Promise<string> {
    return await writeBytes(this.#root, await this.#named(path), content);
  }

  async list(path: string): Promise<Found<DirectoryEntry>> {
    return await listDirectory(this.#root, await this.#named(path));
  }

  async remove(path: string): Promise<string> {
    // The link, not what it points to.
    const named = { real: await confineEntry(this.root, path, LIBRARY_DIRECTORIES), asked: path };
    if (named.real === this.root)
      throw new SandboxError("denied", "The workspace itself cannot be deleted; delete what is in it.");
    await removePath(this.#root, named);
    return named.real;
  }

  async glob(pattern: string, path: string): Promise<Found<DirectoryEntry>> {
    const { signal } = this.#request;
    return await globFiles(this.#root, (await this.#named(path)).real, pattern, { signal });
  }

  async grep(
    text: string,
    path: string,
    options: { readonly glob?: string; readonly limit: number },
  ): Promise<Found<LineMatch>> {
    const { signal } = this.#request;
    return await grepFiles(this.#root, (await this.#named(path)).real, text, { ...options, signal });
  }

  /** Whether commands were to have a memory limit, and the system kept none. */
  get isUnlimited(): boolean {
    return (
      this.#processes.hasStarted &&
      this.#options.commandMemory !== undefined &&
      this.#processes.memoryLimit === undefined
    );
  }

  /** Stops what commands left running in the background. */
  async stopAll(): Promise<void> {
    await this.#processes.stopAll();
  }

  async #named(path: string): Promise<Named> {
    return { real: await confine(this.root, path, LIBRARY_DIRECTORIES), asked: path };
  }
}
