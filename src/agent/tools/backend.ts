import { normalize } from "node:path/posix";
import type {
  DeleteResult,
  EditResult,
  ExecuteResponse,
  FileData,
  FileDownloadResponse,
  FileInfo,
  FileUploadResponse,
  GlobResult,
  GrepResult,
  LsResult,
  ReadRawResult,
  ReadResult,
  SandboxBackendProtocolV2,
  WriteResult,
} from "deepagents";
import { type DirectoryEntry, type Listing, type Sandbox, SandboxError } from "../../sandbox/index.ts";
import { explained } from "../../shared/errors.ts";
import { KeyedMutex } from "../../shared/keyed-mutex.ts";
import { binary, decodeExactly, isText, page, replace } from "./file-text.ts";
import { globNotes, grepNotes } from "./search-notes.ts";
import { recordFailure } from "./tool-outcome.ts";

/** Adapts a sandbox to the file and shell tools of the agent library. Failures are returned, and noted for the status. */
export class SandboxBackend implements SandboxBackendProtocolV2 {
  readonly id: string;
  readonly #sandbox: Sandbox;
  readonly #signal: AbortSignal;
  /** One change of a file at a time: the calls of a turn run at once, and an edit reads before it writes. */
  readonly #changes = new KeyedMutex();

  constructor(sandbox: Sandbox, signal: AbortSignal) {
    this.id = sandbox.id;
    this.#sandbox = sandbox;
    this.#signal = signal;
  }

  async execute(command: string): Promise<ExecuteResponse> {
    try {
      const { output, exitCode, cut } = await this.#sandbox.execute(command, { signal: this.#signal });
      if (exitCode !== 0) recordFailure(`exit code ${exitCode}`);
      return { output: output === "" ? "(no output)" : output, exitCode, truncated: cut > 0 };
    } catch (error) {
      return { output: this.#noteFailed(error), exitCode: 1, truncated: false };
    }
  }

  async ls(path: string): Promise<LsResult> {
    return await this.#try(async () => {
      const found = await this.#sandbox.list(path);
      const note = {
        path: `[only the first ${found.items.length} entries are listed: use glob or execute to see more]`,
      };
      return { files: [...infos(found), ...(found.truncated ? [note] : [])] };
    });
  }

  async glob(pattern: string, path = "/"): Promise<GlobResult> {
    return await this.#try(async () => {
      const found = await this.#sandbox.glob(pattern, path);
      return { files: [...infos(found), ...globNotes(found)], truncated: found.truncated };
    });
  }

  async grep(
    pattern: string,
    path?: string | null,
    glob?: string | null,
    maxCount?: number | null,
  ): Promise<GrepResult> {
    return await this.#try(async () => {
      const filter = glob === null || glob === undefined ? {} : { glob };
      const found = await this.#sandbox.grep(pattern, path ?? "/", { limit: maxCount ?? 1_000, ...filter });
      return { matches: [...found.items, ...grepNotes(found)], truncated: found.truncated };
    });
  }

  async read(path: string, offset = 0, limit = 500): Promise<ReadResult> {
    return await this.#try(async () => {
      const bytes = await this.#sandbox.readFile(path);
      if (!isText(bytes)) return binary(path, bytes);
      return page(new TextDecoder().decode(bytes), path, offset, limit);
    });
  }

  async readRaw(path: string): Promise<ReadRawResult> {
    return await this.#try(async () => {
      const bytes = await this.#sandbox.readFile(path);
      const now = new Date().toISOString();
      const text = isText(bytes);
      const data: FileData = {
        content: text ? new TextDecoder().decode(bytes) : bytes,
        mimeType: text ? "text/plain" : Bun.file(path).type,
        created_at: now,
        modified_at: now,
      };
      return { data };
    });
  }

  async write(path: string, content: string): Promise<WriteResult> {
    return await this.#change(path, async () => ({
      path: await this.#sandbox.writeFile(path, content),
      filesUpdate: null,
    }));
  }

  async edit(path: string, oldString: string, newString: string, replaceAll = false): Promise<EditResult> {
    return await this.#change(path, async () => {
      const before = decodeExactly(path, await this.#sandbox.readFile(path));
      const { text, occurrences } = replace(path, before, oldString, newString, replaceAll);
      return { path: await this.#sandbox.writeFile(path, text), filesUpdate: null, occurrences };
    });
  }

  async delete(path: string): Promise<DeleteResult> {
    return await this.#change(path, async () => ({ path: await this.#sandbox.remove(path) }));
  }

  async uploadFiles(files: [string, Uint8Array][]): Promise<FileUploadResponse[]> {
    return await Promise.all(
      files.map(async ([path, content]): Promise<FileUploadResponse> => {
        const error = await this.#sandbox.writeFile(path, content).then(() => null, operationError);
        return { path, error };
      }),
    );
  }

  async downloadFiles(paths: string[]): Promise<FileDownloadResponse[]> {
    return await Promise.all(
      paths.map(async (path): Promise<FileDownloadResponse> => {
        try {
          return { path, content: await this.#sandbox.readFile(path), error: null };
        } catch (error) {
          return { path, content: null, error: operationError(error) };
        }
      }),
    );
  }

  async #change<T extends object>(path: string, work: () => Promise<T>): Promise<T | { error: string }> {
    return await this.#try(async () => {
      const release = await this.#changes.acquire(fileKey(this.#sandbox.root, path), this.#signal);
      try {
        return await work();
      } finally {
        release();
      }
    });
  }

  async #try<T extends object>(work: () => Promise<T>): Promise<T | { error: string }> {
    try {
      return await work();
    } catch (error) {
      return { error: this.#noteFailed(error) };
    }
  }

  #noteFailed(error: unknown): string {
    this.#signal.throwIfAborted();
    const message = explained(error);
    recordFailure(message);
    return message;
  }
}

/** The same for the names that agents use for a file: relative, below the root, or with the root before it. */
function fileKey(root: string, path: string): string {
  const clean = normalize(`/${path}`);
  return clean.startsWith(`${root}/`) ? clean.slice(root.length) : clean;
}

function infos({ items }: Listing<DirectoryEntry>): FileInfo[] {
  return items.map(({ path, isDirectory, size, modifiedAt }) => ({
    path: isDirectory ? `${path}/` : path,
    is_dir: isDirectory,
    size,
    modified_at: modifiedAt.toISOString(),
  }));
}

function operationError(error: unknown): FileUploadResponse["error"] {
  if (!(error instanceof SandboxError)) return "invalid_path";
  switch (error.code) {
    case "not-found":
      return "file_not_found";
    case "denied":
      return "permission_denied";
    case "not-a-file":
      return "is_directory";
    default:
      return "invalid_path";
  }
}
