import { wellFormed } from "../shared/text.ts";
import type { InstalledSkill } from "./skills.ts";

/** The part of a system prompt that is about skills. */
export interface SkillsPrompt {
  readonly text: string;
  /** The names of the skills whose SKILL.md is not there as a whole. */
  readonly shortened: readonly string[];
}

const INTRODUCTION = `## Skills
Each skill below is a read-only directory at its LOCATION, with instructions (SKILL.md) and perhaps further files and scripts. Paths in a SKILL.md are relative to the LOCATION. When a skill fits your task, follow its instructions.`;

/**
 * Describes skills to an agent: name, location, and the content of SKILL.md. If they do not fit together, small ones are
 * there as a whole and large ones are cut at a line, each to the same size.
 * @param budget how long the text may be, in bytes of UTF-8; names and locations are there even beyond it
 */
export function skillsPrompt(skills: readonly InstalledSkill[], budget: number): SkillsPrompt {
  if (skills.length === 0) return { text: "", shortened: [] };
  const parts = skills.map((skill) => {
    const head = `### SKILL: ${skill.name}\nLOCATION: ${skill.location}/`;
    return { skill, head, size: Buffer.byteLength(skill.text), note: noteOf(skill, 0, Buffer.byteLength(skill.text)) };
  });
  // Between the parts are empty lines, and a line break before the note.
  const fixed = parts.reduce((sum, { head }) => sum + Buffer.byteLength(head) + 5, Buffer.byteLength(INTRODUCTION));
  const limit = shareOf(
    parts.map(({ size }) => size),
    budget - fixed,
  );
  const sections = parts.map(({ skill, head, size, note }) => {
    if (size <= limit) return `${head}\n\n${skill.text.trimEnd()}`;
    const kept = headOf(skill.text, limit - Buffer.byteLength(note));
    return [head, "", ...(kept === "" ? [] : [kept]), noteOf(skill, Buffer.byteLength(kept), size)].join("\n");
  });
  return {
    text: [INTRODUCTION, ...sections].join("\n\n"),
    shortened: parts.filter(({ size }) => size > limit).map(({ skill }) => skill.name),
  };
}

/** The size up to which each text is kept, so that all together fit: what small ones leave is shared by the others. */
function shareOf(sizes: readonly number[], budget: number): number {
  let left = Math.max(budget, 0);
  for (const [index, size] of [...sizes].sort((a, b) => a - b).entries()) {
    const share = Math.floor(left / (sizes.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}

/** The first lines of a text, or a part of the first one. */
function headOf(text: string, limit: number): string {
  const head = Buffer.from(text)
    .subarray(0, Math.max(limit, 0))
    .toString("utf8")
    .replace(/\uFFFD+$/u, "");
  const end = head.lastIndexOf("\n");
  return wellFormed(end > 0 ? head.slice(0, end) : head);
}

function noteOf({ location }: InstalledSkill, kept: number, size: number): string {
  return `[… ${size - kept} of the ${size} bytes of this SKILL.md are left out here. Before you use this skill, read ${location}/SKILL.md …]`;
}
