import type { Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { humanSize } from "../../shared/human-size.ts";
import { SKILL_ZIP_LIMITS } from "../../shared/skill-limits.ts";
import { SkillFolderError } from "./skill-folder-error.ts";

/** Maximum depth of folders, against folders that are mounted into themselves. */
const MAX_DEPTH = 50;

/** Folders that belong to tools. */
const TOOL_FOLDERS: ReadonlySet<string> = new Set([".git", ".hg", ".svn", "node_modules", "__pycache__", "__MACOSX"]);
/** What operating systems and editors leave behind. */
const LEFTOVERS = /^(\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|.*\.pyc|.*~|\..*\.sw[op])$/;

/** Files with secrets, as tools name them; examples of them have none. */
const SECRETS = /^\.env(\.(?!example$|sample$|template$).*)?$/;

/** Whether files and folders of this name are not part of a skill. */
export function isLeftOut(name: string): boolean {
  return LEFTOVERS.test(name) || TOOL_FOLDERS.has(name) || SECRETS.test(name);
}

/** A file of a skill. */
export interface SkillFile {
  /** Relative to the skill, with `/`. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly isExecutable: boolean;
}

export interface SkillFiles {
  /** Sorted by their names' bytes. */
  readonly files: readonly SkillFile[];
  /** Files and folders that are not packed, as names. */
  readonly leftOut: readonly string[];
}

/**
 * Lists the files of a skill's folder. Empty folders are not part of a skill.
 * @throws SkillFolderError for links, devices, what cannot be read, and more than a server accepts
 */
export async function listSkillFiles(folder: string, signal: AbortSignal): Promise<SkillFiles> {
  const files: SkillFile[] = [];
  const leftOut: string[] = [];
  let bytes = 0;
  const add = (file: SkillFile) => {
    bytes += file.size;
    if (bytes > SKILL_ZIP_LIMITS.unpackedBytes)
      throw new SkillFolderError(
        `has more than ${humanSize(SKILL_ZIP_LIMITS.unpackedBytes)} of files: make it smaller`,
      );
    if (files.length >= SKILL_ZIP_LIMITS.entries)
      throw new SkillFolderError(`has more than ${SKILL_ZIP_LIMITS.entries} files: remove some`);
    files.push(file);
  };
  const walk = async (prefix: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw new SkillFolderError(`has folders that are more than ${MAX_DEPTH} deep at ${prefix}`);
    for (const entry of await readdir(join(folder, prefix)).catch(unreadable(prefix))) {
      signal.throwIfAborted();
      const name = prefix + entry;
      const path = join(folder, name);
      const found = await lstat(path).catch(unreadable(name));
      if (isLeftOut(entry)) leftOut.push(found.isDirectory() ? `${name}/` : name);
      else if (found.isDirectory()) await walk(`${name}/`, depth + 1);
      else add(fileAt(name, path, found));
    }
  };
  await walk("", 0);
  files.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  return { files, leftOut: leftOut.sort() };
}

function fileAt(name: string, path: string, found: Stats): SkillFile {
  if (found.isSymbolicLink())
    throw new SkillFolderError(
      `contains the link ${name}: replace it with what it leads to, since skills have no links`,
    );
  if (!found.isFile()) throw new SkillFolderError(`contains ${name}, which is neither a file nor a folder`);
  return { name, path, size: found.size, isExecutable: (found.mode & 0o111) !== 0 };
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "is not a folder",
  EACCES: "cannot be read: permission denied",
};

function unreadable(what: string) {
  return (error: unknown): never => {
    const words = WORDS[systemCode(error) ?? ""] ?? `cannot be read: ${messageOf(error)}`;
    throw new SkillFolderError(what === "" ? words : `contains ${what}, which ${words}`, error);
  };
}
