import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Document, parseDocument } from "yaml";
import { messageOf } from "../../shared/errors.ts";
import { humanSize } from "../../shared/human-size.ts";
import { isRecord } from "../../shared/is-record.ts";
import { sha256 } from "../../shared/sha256.ts";
import { MAX_SKILL_MD_BYTES, SKILL_MD, SKILL_ZIP_LIMITS } from "../../shared/skill-limits.ts";
import { listSkillFiles, type SkillFile } from "./skill-files.ts";
import { SkillFolderError } from "./skill-folder-error.ts";

const MAX_NAME_LENGTH = 64;
/** How often anchors may be repeated in all: a few of them could stand for gigabytes. */
const MAX_ALIASES = 10;
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** A folder with a skill, packed. */
export interface PackedSkill {
  /** Its slug. */
  readonly name: string;
  readonly folder: string;
  readonly zip: Uint8Array;
  /** SHA-256 of the zip, in hexadecimal. */
  readonly hash: string;
  readonly files: number;
  /** Sum of the sizes of the files. */
  readonly bytes: number;
  /** Names of files with an executable bit. */
  readonly executables: readonly string[];
  /** Names of what was not packed. */
  readonly leftOut: readonly string[];
}

/** Reads and packs a skill's folder. @throws SkillFolderError; the signal's reason */
export async function readSkillFolder(folder: string, signal: AbortSignal): Promise<PackedSkill> {
  const { files, leftOut } = await listSkillFiles(folder, signal);
  const name = await nameOf(folder, files);
  const { packFiles } = await import("./pack-skill.ts");
  const zip = await packFiles(files, signal);
  await checkZip(zip);
  return {
    name,
    folder,
    zip,
    hash: sha256(zip),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    executables: files.filter(({ isExecutable }) => isExecutable).map((file) => file.name),
    leftOut,
  };
}

/** The name in the front matter of SKILL.md, or that of the folder. @throws SkillFolderError */
async function nameOf(folder: string, files: readonly SkillFile[]): Promise<string> {
  const file = files.find(({ name }) => name === SKILL_MD);
  if (file === undefined) {
    const similar = files.find(({ name }) => name.toLowerCase() === SKILL_MD.toLowerCase());
    throw new SkillFolderError(`has no ${SKILL_MD}: ${similar === undefined ? "write one" : `rename ${similar.name}`}`);
  }
  if (file.size > MAX_SKILL_MD_BYTES)
    throw new SkillFolderError(
      `has a ${SKILL_MD} of more than ${humanSize(MAX_SKILL_MD_BYTES)}: move parts of it into other files`,
    );
  const text = await textOf(file);
  if (text.trim() === "") throw new SkillFolderError(`has an empty ${SKILL_MD}: write what the skill is for`);
  const named = frontMatterName(text);
  const name = named ?? basename(folder);
  if (NAME.test(name) && name.length <= MAX_NAME_LENGTH) return name;
  throw new SkillFolderError(
    `${named === undefined ? "has a folder name that" : `has a name in ${SKILL_MD} that`} is no name of a skill: set \`name\` in the front matter of ${SKILL_MD} to lower-case letters, digits and hyphens, at most ${MAX_NAME_LENGTH}`,
  );
}

async function textOf({ path }: SkillFile): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new SkillFolderError(`has a ${SKILL_MD} that cannot be read: ${messageOf(error)}`, error);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SkillFolderError(
      `has a ${SKILL_MD} that is no text in UTF-8: convert it, for instance with iconv`,
      cause,
    );
  }
}

function frontMatterName(text: string): string | undefined {
  const [, head] = /^---\r?\n([\s\S]*?)\r?\n---\s*(\r?\n|$)/.exec(text) ?? [];
  if (head === undefined) return undefined;
  const document = parseDocument(head, { prettyErrors: false });
  if (document.errors.length > 0)
    throw new SkillFolderError(`has a front matter in ${SKILL_MD} that is not YAML: correct it`);
  const value = contentOf(document);
  const name = isRecord(value) ? value["name"] : undefined;
  return name === undefined || name === null ? undefined : String(name);
}

function contentOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new SkillFolderError(`has a front matter in ${SKILL_MD} that cannot be read: ${messageOf(error)}`, error);
  }
}

/** Refuses what would be refused when it is unpacked, such as two names that differ only in case. */
async function checkZip(zip: Uint8Array): Promise<void> {
  const { ArchiveError, openZip } = await import("../../archives/index.ts");
  try {
    await openZip(zip, SKILL_ZIP_LIMITS);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new SkillFolderError(`cannot be unpacked on every machine: ${error.message}`, error);
  }
}
