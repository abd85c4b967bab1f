import { ArchiveError, openZip } from "../archives/index.ts";
import type { SkillVersion } from "../definition/index.ts";
import type { Tree, TreeFile } from "../sandbox/index.ts";
import { humanSize } from "../shared/human-size.ts";
import { MAX_SKILL_MD_BYTES, SKILL_MD, SKILL_ZIP_LIMITS } from "../shared/skill-limits.ts";
import { DEPTH_LIMIT } from "./limits.ts";
import { SkillError } from "./skill-error.ts";

/** A skill that can be installed. */
export interface SkillPackage {
  readonly tree: Tree;
  /** The content of its SKILL.md. */
  readonly text: string;
}

/** What is run as a program. */
const SCRIPT = /\.(sh|py|js|ts|rb|pl)$/;

/** A skill that consists of its SKILL.md alone. */
export function textPackage(hash: string, { text }: SkillVersion): SkillPackage {
  const content = Buffer.from(text);
  const file = { path: SKILL_MD, size: content.length, isExecutable: false, read: async () => content };
  return { tree: { name: hash, directories: [], files: [file] }, text };
}

/**
 * Opens the zip of a skill. Only its directory and SKILL.md are unpacked; a file whose content is damaged is refused when
 * it is read.
 * @param name the skill, for messages
 * @throws SkillError `refused`
 */
export async function zipPackage(hash: string, zip: Uint8Array, name: string): Promise<SkillPackage> {
  return await refusing(name, async () => {
    const archive = await openZip(zip, SKILL_ZIP_LIMITS);
    checkDirectories(archive.entries.map((entry) => entry.name));
    const deep = archive.entries.find((entry) => entry.name.split("/").length > DEPTH_LIMIT);
    if (deep !== undefined)
      throw new ArchiveError("unsafe-entry", `lies in more than ${DEPTH_LIMIT} directories`, { entry: deep.name });
    const main = archive.entries.find((entry) => entry.name === SKILL_MD && !entry.isDirectory);
    if (main === undefined) throw new ArchiveError("unsafe-entry", `the zip has no ${SKILL_MD} at its top`);
    if (main.size > MAX_SKILL_MD_BYTES)
      throw new ArchiveError(
        "limit",
        `has ${humanSize(main.size)}; at most ${humanSize(MAX_SKILL_MD_BYTES)} are allowed`,
        {
          entry: SKILL_MD,
        },
      );
    const files = archive.entries
      .filter(({ isDirectory }) => !isDirectory)
      .map((entry): TreeFile => {
        const read = () => refusing(name, () => archive.read(entry));
        return { path: entry.name, size: entry.size, isExecutable: SCRIPT.test(entry.name), read };
      });
    const directories = archive.entries.filter(({ isDirectory }) => isDirectory).map((entry) => entry.name);
    return { tree: { name: hash, directories, files }, text: new TextDecoder().decode(await archive.read(main)) };
  });
}

/** An entry costs few bytes, but may need as many directories as its name has parts. */
function checkDirectories(names: readonly string[]): void {
  const directories = new Set<string>();
  for (const name of names)
    for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
      if (directories.has(name.slice(0, end))) break;
      directories.add(name.slice(0, end));
      if (directories.size > SKILL_ZIP_LIMITS.entries)
        throw new ArchiveError("limit", `the zip needs more than ${SKILL_ZIP_LIMITS.entries} directories`);
    }
}

async function refusing<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    const remedies = ["Correct the skill and push it again."];
    throw new SkillError("refused", `The ${name} is refused: ${error.message}.`, remedies, error);
  }
}
