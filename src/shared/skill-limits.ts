/** What Stigmer accepts of the zip of a skill. Who packs, stores or installs skills keeps to it. */
export const SKILL_ZIP_LIMITS = {
  packedBytes: 100 * 1024 * 1024,
  unpackedBytes: 500 * 1024 * 1024,
  ratio: 100,
  entries: 10_000,
} as const;

/** The file with a skill's instructions, at the top of its zip. */
export const SKILL_MD = "SKILL.md";
export const MAX_SKILL_MD_BYTES = 1024 * 1024;
