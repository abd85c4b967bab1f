import { basename, dirname, join } from "node:path";
import { humanSize } from "../../shared/human-size.ts";
import { LIBRARY_DIRECTORIES, locate, outside } from "../paths.ts";
import { type DirectoryEntry, FILE_SIZE_LIMIT, LISTING_LIMIT, type Listing } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { LIST, PREPARE_FILE, REMOVE, STAT_FILE } from "./path-scripts.ts";
import type { RemoteShell, RunOptions } from "./remote-shell.ts";

/** The files of a remote sandbox, confined to its root. */
export class RemoteFiles {
  readonly #shell: RemoteShell;
  readonly #root: string;

  constructor(shell: RemoteShell, root: string) {
    this.#shell = shell;
    this.#root = root;
  }

  async read(requested: string): Promise<Uint8Array> {
    const [size = "", real = ""] = split(await this.runOnPath(requested, STAT_FILE), "\n");
    if (Number(size) > FILE_SIZE_LIMIT) {
      throw new SandboxError(
        "too-large",
        `'${requested}' has ${humanSize(Number(size))}; files of at most ${humanSize(FILE_SIZE_LIMIT)} can be read whole. Look at parts of it with execute (head, tail, sed, grep).`,
      );
    }
    const content = await this.#shell.download(real);
    if (content === undefined) throw new SandboxError("not-found", `'${requested}' does not exist.`);
    return content;
  }

  async write(requested: string, content: Uint8Array | string): Promise<string> {
    const real = await this.runOnPath(requested, PREPARE_FILE);
    await this.#shell.upload(real, Buffer.from(content));
    return real;
  }

  async list(requested: string): Promise<Listing<DirectoryEntry>> {
    const [directory = "", ...records] = (await this.runOnPath(requested, LIST)).split("\0");
    const items = entries(directory, records);
    return { items: items.slice(0, LISTING_LIMIT), truncated: items.length > LISTING_LIMIT };
  }

  async remove(requested: string): Promise<string> {
    const { path } = locate(this.#root, requested, LIBRARY_DIRECTORIES);
    if (path === this.#root)
      throw new SandboxError("denied", "The workspace itself cannot be deleted; delete what is in it.");
    // The link, not what it points to.
    return await this.runOnPath(requested, REMOVE, { path: dirname(path), name: basename(path) });
  }

  /**
   * Runs a script that acts on one path.
   * @param requested the path as the agent named it
   * @returns what the script prints after its code
   * @throws SandboxError if the script refuses
   */
  async runOnPath(
    requested: string,
    script: string,
    variables: Record<string, string | number> = {},
    options: RunOptions = {},
  ): Promise<string> {
    const { path, unless = "" } = locate(this.#root, requested, LIBRARY_DIRECTORIES);
    const { code, body } = await this.#shell.run(script, { root: this.#root, path, unless, ...variables }, options);
    if (code === "ok") return body;
    throw this.#refusal(code, requested);
  }

  #refusal(code: string, requested: string): SandboxError {
    switch (code) {
      case "absolute":
      case "link":
        return outside(this.#root, requested, code);
      case "dangling":
        return new SandboxError("invalid", `'${requested}' is a symbolic link to something that does not exist.`);
      case "not-found":
        return new SandboxError("not-found", `'${requested}' does not exist.`);
      case "not-a-directory":
        return new SandboxError("not-a-directory", `'${requested}' is not a directory.`);
      case "is-a-directory":
        return new SandboxError("not-a-file", `'${requested}' is a directory.`);
      case "not-a-file":
        return new SandboxError("not-a-file", `'${requested}' is not a regular file.`);
      default:
        return new SandboxError("denied", `'${requested}': permission denied.`);
    }
  }
}

/** Entries from records `type/size/seconds/path`; the paths are relative to `directory`. */
export function entries(directory: string, records: readonly string[]): DirectoryEntry[] {
  const found: DirectoryEntry[] = [];
  for (const record of records) {
    const [type = "", size = "", seconds = "", path = ""] = split(record, "/", 4);
    if (path === "" || !(type === "f" || type === "d")) continue;
    const isDirectory = type === "d";
    const modifiedAt = new Date(Math.floor(Number(seconds) * 1000));
    found.push({ path: join(directory, path), isDirectory, size: isDirectory ? 0 : Number(size), modifiedAt });
  }
  return found;
}

/** Splits a text into so many parts; the last one may contain separators. */
function split(text: string, separator: string, parts = 2): string[] {
  const [...all] = text.split(separator);
  return [...all.slice(0, parts - 1), all.slice(parts - 1).join(separator)];
}
