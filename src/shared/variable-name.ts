/** The name of an environment variable that a shell can read. */
const VARIABLE_NAME = /^[A-Za-z_]\w*$/;

/**
 * Variables that belong to a shell. Shells ignore the first ones in their environment, or let nobody set them; they end with
 * an error if one of the others gets a value that is not a number. A shell option in the environment (`noexec`) would keep commands from running.
 */
const OWN_VARIABLES: ReadonlySet<string> = new Set([
  ...["BASHOPTS", "BASHPID", "BASH_VERSINFO", "EUID", "IFS", "PPID", "SHELLOPTS", "UID"],
  ...["HISTCMD", "OPTIND", "RANDOM", "SRANDOM"],
]);

/**
 * Whether commands can have a variable of this name. Shells treat other names differently: dash removes them from the
 * environment, bash passes them on without being able to read them. So no command gets them.
 */
export function isCommandVariable(name: string): boolean {
  return VARIABLE_NAME.test(name) && !OWN_VARIABLES.has(name);
}

/** The variables that commands can have. */
export function commandVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => isCommandVariable(name)));
}
