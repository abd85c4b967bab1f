/** Sub-agents that an agent can have: the model reads about all of them with each turn. */
export const MAX_SUB_AGENTS = 50;
/** Providers accept names of messages up to this length. */
const MAX_NAME_LENGTH = 64;
/** Without spaces and signs, which some providers refuse in the names of messages. */
const NAME = new RegExp(`^[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_.-]{0,${MAX_NAME_LENGTH - 1}}$`, "u");
/** The status shows the main agent's calls under this name. */
export const RESERVED_NAME = "main-agent-tools";

/** What a name of a sub-agent may be, as a sentence without its full stop. */
export const NAME_RULE = `a name has up to ${MAX_NAME_LENGTH} letters, digits, "_", "-" and ".", and begins with a letter, a digit or "_"`;

export function isSubAgentName(name: string): boolean {
  return NAME.test(name) && name !== RESERVED_NAME;
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
