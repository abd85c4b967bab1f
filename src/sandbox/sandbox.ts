import type { ProgramRequest, SandboxProgram } from "./program.ts";

/** A directory entry. */
export interface DirectoryEntry {
  /** Absolute path, as commands in the sandbox see it. */
  readonly path: string;
  readonly isDirectory: boolean;
  /** Bytes; 0 for directories. */
  readonly size: number;
  readonly modifiedAt: Date;
}

/** One line that contains the text that was searched for. */
export interface LineMatch {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** A list that may be cut at a limit. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly truncated: boolean;
  /** Paths that a search could not read; only the first ones. */
  readonly unreadable?: readonly string[];
}

export interface CommandOptions {
  /** Variables besides those that every command of the sandbox sees. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborting stops the command and everything that it started. */
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /**
   * Standard output and standard error in the order they were written, cut in the middle at {@link
   * COMMAND_OUTPUT_LIMIT}.
   */
  readonly output: string;
  /** {@link TIMEOUT_EXIT_CODE} at the time limit; 128 + signal if a signal ended it. */
  readonly exitCode: number;
  /** Bytes that are missing from `output`. */
  readonly cut: number;
}

/** Bytes of a command's output that are kept: its head and its tail. */
export const COMMAND_OUTPUT_LIMIT = 1024 * 1024;
/** The exit code of timeout(1). */
export const TIMEOUT_EXIT_CODE = 124;
/** Largest file that the file tools read or edit. */
export const FILE_SIZE_LIMIT = 10 * 1024 * 1024;
/** Most entries of a listing or a search for names, and most matches of a search for text. */
export const LISTING_LIMIT = 5_000;
/** The runner's own directory below the root: full tool results, and files of the agent library. */
export const OWN_DIRECTORY = ".agent-runner";

/** A file of a {@link Tree}. */
export interface TreeFile {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  readonly size: number;
  readonly isExecutable: boolean;
  /** Its content, which is needed only if the tree is not there yet. */
  read(): Promise<Uint8Array>;
}

/** A tree in a sandbox. */
export interface InstalledTree {
  /** Its absolute path. */
  readonly path: string;
  /** Whether it was there before. */
  readonly wasThere: boolean;
}

/** A directory with read-only content. */
export interface Tree {
  readonly name: string;
  /** Beside those that its files lie in. */
  readonly directories: readonly string[];
  readonly files: readonly TreeFile[];
}

/** Where an agent's tools act. Paths may be absolute or relative to `root`; returned ones are absolute. */
export interface Sandbox {
  readonly id: string;
  /** Absolute path of the directory in which commands start and to which file tools are confined. */
  readonly root: string;
  /** Runs a shell command in `root`, with standard input closed. @throws SandboxError if it cannot be started */
  execute(command: string, options?: CommandOptions): Promise<CommandResult>;
  /**
   * Starts a program that the runner talks to. It runs as commands do: with their environment, limits and confinement.
   * @param signal aborting stops the program, also after it has started
   * @throws SandboxError `not-found` if there is no such program or working directory, `unsupported` if the sandbox
   * cannot run programs; the signal's reason if it aborted before
   */
  startProgram(request: ProgramRequest, signal: AbortSignal): Promise<SandboxProgram>;
  /** @throws SandboxError `not-found`, `not-a-file`, `too-large`, `outside`, `denied` */
  readFile(path: string): Promise<Uint8Array>;
  /** Creates or replaces a file, and the directories above it. @returns its absolute path @throws SandboxError */
  writeFile(path: string, content: Uint8Array | string): Promise<string>;
  /** The entries of a directory by name. @throws SandboxError `not-found`, `not-a-directory`, `outside` */
  list(path: string): Promise<Listing<DirectoryEntry>>;
  /** Deletes a file, or a directory with its contents. @returns its absolute path @throws SandboxError */
  remove(path: string): Promise<string>;
  /** Files and directories below `path` whose relative path matches the pattern. @throws SandboxError */
  glob(pattern: string, path: string): Promise<Listing<DirectoryEntry>>;
  /** Lines of text files at or below `path` that contain `text`. @throws SandboxError */
  grep(
    text: string,
    path: string,
    options: { readonly glob?: string; readonly limit: number },
  ): Promise<Listing<LineMatch>>;
  /**
   * Puts trees into a directory, each as a whole or not at all, also if several executions do so at once. One that is
   * there already, with the same names, sizes and modes, is left as it is; anything else under its name is replaced. Its
   * files are read-only; its directories are not, so that their owner can delete it.
   * @param directory relative to the root; created if it does not exist, and then hidden from Git
   * @returns where the trees are, in their order
   * @throws SandboxError; the error with which reading a file fails. Then nothing of the tree is left
   */
  installTrees(directory: string, trees: readonly Tree[]): Promise<readonly InstalledTree[]>;
}

/** The execution that needs a sandbox. */
export interface SandboxRequest {
  readonly executionId: string;
  readonly sessionId?: string | undefined;
  /** The session's last sandbox. */
  readonly sandboxId?: string | undefined;
  /** Variables that commands see, except those that no command can have: see `isCommandVariable`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A sandbox in use. */
export interface SandboxHandle {
  readonly sandbox: Sandbox;
  /** Something about the sandbox that the user should know. */
  readonly notice?: string;
  /** Stops what still runs in it for this execution, and releases it. Never throws. */
  release(): Promise<void>;
}

/** Creates sandboxes of one kind. */
export interface SandboxProvider {
  /** The kind, as operators know it: for the filesystem and Daytona, a value of SANDBOX_TYPE. */
  readonly kind: string;
  /** Whether executions of different sessions cannot see each other's files and processes. */
  readonly areIsolated: boolean;
  /** @throws SandboxError if none is available; the request's signal's reason */
  acquire(request: SandboxRequest): Promise<SandboxHandle>;
  /** Deletes a sandbox that is no longer needed, best effort. Never throws. @returns what was done, for the log */
  cleanup(sandboxId: string): Promise<string>;
}
