/** A name that a shell can read: the part of a pattern. */
export const NAME_IN_SHELLS = "[A-Za-z_]\\w*";

/** What an operating system accepts as the name of a variable: the NUL character ends it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: unlike JavaScript, other languages do not know `\0` in patterns
export const SYSTEM_VARIABLE: RegExp = /^[^=\u0000]+$/;

/**
 * Variables that belong to a shell. Shells ignore the first ones in their environment, or let nobody set them; they end with
 * an error if one of the others gets a value that is not a number. A shell option in the environment (`noexec`) would keep commands from running.
 */
const OWN_VARIABLES = [
  ...["BASHOPTS", "BASHPID", "BASH_VERSINFO", "EUID", "IFS", "PPID", "SHELLOPTS", "UID"],
  ...["HISTCMD", "OPTIND", "RANDOM", "SRANDOM"],
];

/**
 * The names of variables that commands can have. Shells treat other names differently: dash removes them from the
 * environment, bash passes them on without being able to read them. So no command gets them.
 */
export const COMMAND_VARIABLE: RegExp = new RegExp(`^(?!(?:${OWN_VARIABLES.join("|")})$)${NAME_IN_SHELLS}$`);

export function isCommandVariable(name: string): boolean {
  return COMMAND_VARIABLE.test(name);
}

/** The variables that commands can have. */
export function commandVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => isCommandVariable(name)));
}
