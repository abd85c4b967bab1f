import { resolve } from "node:path";
import { humanSize } from "../../shared/human-size.ts";
import type { Report } from "./conform.ts";
import type { PathReference } from "./references.ts";
import type { PackedSkill } from "./skill-folder.ts";
import { SkillFolderError } from "./skill-folder-error.ts";

/** Maximum size of all skills of a file together, packed: they are kept in memory. */
const MAX_PACKED_BYTES = 200 * 1024 * 1024;

export interface LoadedSkills {
  /** By the paths in the file. */
  readonly skills: ReadonlyMap<string, PackedSkill>;
  /** Absolute paths of their folders, also of those that cannot be used. */
  readonly folders: readonly string[];
}

/** Packs the folders that a file names, each of them once. */
export async function loadSkills(
  references: readonly PathReference[],
  base: string,
  report: Report,
  signal: AbortSignal,
): Promise<LoadedSkills> {
  const skills = new Map<string, PackedSkill>();
  const read = new Map<string, PackedSkill | SkillFolderError>();
  let bytes = 0;
  for (const { path, at } of references) {
    const folder = resolve(base, path);
    const found = read.get(folder) ?? (await readFolder(folder, signal));
    if (found instanceof SkillFolderError) report(at, `leads to a folder that cannot be used: it ${found.message}`);
    else {
      const twin = [...skills.values()].find(({ name, folder: other }) => name === found.name && other !== folder);
      if (twin !== undefined)
        report(at, `leads to a skill with the name ${found.name}, as another path does: rename one`);
      skills.set(path, found);
      if (!read.has(folder)) bytes += found.zip.length;
    }
    read.set(folder, found);
    if (bytes <= MAX_PACKED_BYTES) continue;
    report(at, `is too much: all skills of a file may have ${humanSize(MAX_PACKED_BYTES)} packed`);
    break;
  }
  return { skills, folders: [...read.keys()] };
}

async function readFolder(folder: string, signal: AbortSignal): Promise<PackedSkill | SkillFolderError> {
  const { readSkillFolder } = await import("./skill-folder.ts");
  try {
    return await readSkillFolder(folder, signal);
  } catch (error) {
    if (error instanceof SkillFolderError) return error;
    throw error;
  }
}
