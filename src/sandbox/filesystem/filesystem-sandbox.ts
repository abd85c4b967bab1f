import { mkdir } from "node:fs/promises";
import type { Logger } from "../../log/index.ts";
import { adoptOrphans, hideProcess, ProcessTree } from "../../processes/index.ts";
import { commandVariables } from "../../shared/variable-name.ts";
import { LIBRARY_DIRECTORIES } from "../paths.ts";
import type { ProgramRequest, SandboxProgram } from "../program.ts";
import type {
  CommandOptions,
  CommandResult,
  DirectoryEntry,
  InstalledTree,
  LineMatch,
  Listing,
  Sandbox,
  SandboxHandle,
  SandboxProvider,
  SandboxRequest,
  Tree,
} from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { runCommand } from "./command.ts";
import { confine, confineEntry } from "./confine.ts";
import { listDirectory, type ResolvedPath, readBytes, writeBytes } from "./files.ts";
import { installTrees } from "./install.ts";
import { startProgram } from "./program.ts";
import { removePath } from "./remove.ts";
import { Root } from "./root.ts";
import { globFiles, grepFiles } from "./search.ts";

export interface FilesystemSandboxOptions {
  /** Absolute path; created if it does not exist. */
  readonly rootDir: string;
  readonly commandTimeoutMs: number;
  /** Bytes that the commands of one execution may use together, if the system supports limits; absent: no limit. */
  readonly commandMemory?: number | undefined;
  /** Gets a line if the machine cannot limit memory. */
  readonly log?: Logger | undefined;
  /** Variables of every command. Those of the request replace them. */
  readonly baseEnvironment: Readonly<Record<string, string>>;
}

/** One directory of this machine for all executions: file tools are confined to it, commands start in it. */
export class FilesystemSandboxes implements SandboxProvider {
  readonly kind = "filesystem";
  readonly areIsolated = false;
  readonly #options: FilesystemSandboxOptions;
  #isUnlimitedLogged = false;

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
        this.#logUnlimited(sandbox.isUnlimited);
        await sandbox.stopAll();
      },
    };
  }

  /** Logs once that there is no limit: an operator may rely on it. */
  #logUnlimited(isUnlimited: boolean): void {
    if (!isUnlimited || this.#isUnlimitedLogged) return;
    this.#isUnlimitedLogged = true;
    this.#options.log?.info(
      "Commands have no memory limit, because the runner may not create control groups here. If memory runs out, the kernel kills commands before the runner. SANDBOX_COMMAND_MEMORY takes effect in a service with Delegate=yes.",
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
  readonly #programs = new Set<SandboxProgram>();

  constructor(root: Root, options: FilesystemSandboxOptions, request: SandboxRequest) {
    this.root = root.path;
    this.#root = root;
    this.#options = options;
    this.#request = { ...request, environment: commandVariables(request.environment) };
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

  async startProgram(request: ProgramRequest, signal: AbortSignal): Promise<SandboxProgram> {
    const common = { ...this.#options.baseEnvironment, ...this.#request.environment };
    const program = await startProgram(request, {
      root: this.root,
      env: { ...common, ...commandVariables(request.env) },
      cleanupEnv: common,
      signal: AbortSignal.any([this.#request.signal, signal]),
      processes: this.#processes,
    });
    this.#programs.add(program);
    return program;
  }

  async readFile(path: string): Promise<Uint8Array> {
    return await readBytes(this.#root, await this.#resolve(path));
  }

  async writeFile(path: string, content: Uint8Array | string): Promise<string> {
    return await writeBytes(this.#root, await this.#resolve(path), content);
  }

  async list(path: string): Promise<Listing<DirectoryEntry>> {
    return await listDirectory(this.#root, await this.#resolve(path));
  }

  async remove(path: string): Promise<string> {
    // A link itself is deleted, not its target.
    const target = { real: await confineEntry(this.root, path, LIBRARY_DIRECTORIES), requested: path };
    if (target.real === this.root)
      throw new SandboxError("denied", "The workspace itself cannot be deleted; delete what is in it.");
    await removePath(this.#root, target);
    return target.real;
  }

  async glob(pattern: string, path: string): Promise<Listing<DirectoryEntry>> {
    const { signal } = this.#request;
    return await globFiles(this.#root, (await this.#resolve(path)).real, pattern, { signal });
  }

  async grep(
    text: string,
    path: string,
    options: { readonly glob?: string; readonly limit: number },
  ): Promise<Listing<LineMatch>> {
    const { signal } = this.#request;
    return await grepFiles(this.#root, (await this.#resolve(path)).real, text, { ...options, signal });
  }

  async installTrees(directory: string, trees: readonly Tree[]): Promise<readonly InstalledTree[]> {
    return await installTrees(this.#root, await this.#resolve(directory), trees, this.#request.signal);
  }

  /** Whether commands should have a memory limit, but the system enforces none. */
  get isUnlimited(): boolean {
    return (
      this.#processes.hasStarted &&
      this.#options.commandMemory !== undefined &&
      this.#processes.memoryLimit === undefined
    );
  }

  /** Stops programs, and the background processes of commands. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#programs].map((program) => program.stop()));
    await this.#processes.stopAll();
  }

  async #resolve(path: string): Promise<ResolvedPath> {
    return { real: await confine(this.root, path, LIBRARY_DIRECTORIES), requested: path };
  }
}
