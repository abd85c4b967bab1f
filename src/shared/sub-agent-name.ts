/** Providers accept names of messages up to this length. */
const MAX_NAME_LENGTH = 64;
/** The status shows the main agent's calls under this name. */
export const RESERVED_NAME = "main-agent-tools";
/** Without spaces and signs, which some providers refuse in the names of messages. */
export const SUB_AGENT_NAME: RegExp = new RegExp(
  `^(?!${RESERVED_NAME}$)[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_.-]{0,${MAX_NAME_LENGTH - 1}}$`,
  "u",
);

/** What a name of a sub-agent may be, as a sentence without its full stop. */
export const NAME_RULE = `a name has up to ${MAX_NAME_LENGTH} letters, digits, "_", "-" and ".", and begins with a letter, a digit or "_"`;

export function isSubAgentName(name: string): boolean {
  return SUB_AGENT_NAME.test(name);
}

/** A similar name that is allowed, if there is one. */
export function acceptableName(name: string): string | undefined {
  const similar = name
    .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "-")
    .replace(/^[^\p{L}\p{N}_]+|-+$/gu, "")
    .slice(0, MAX_NAME_LENGTH)
    .toWellFormed();
  return isSubAgentName(similar) ? similar : undefined;
}
