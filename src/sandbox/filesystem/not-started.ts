import { existsSync } from "node:fs";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { humanSize } from "../../shared/human-size.ts";
import { SandboxError } from "../sandbox-error.ts";

/** Linux permits less for one argument or variable: 32 pages. */
const MAX_ARGUMENT_BYTES = 131_072;
/** The limit of all arguments and variables together, with the usual stack size. */
const DEFAULT_TOTAL = 2_097_152;
/** How many variables an error names if none is too long alone. */
const MAX_NAMED = 3;

/** The command that could not be started. */
interface Attempt {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The error of a command that could not be started. */
export function notStarted(error: unknown, { command, cwd, env }: Attempt): SandboxError {
  const failed = (why: string) => new SandboxError("unavailable", `The command could not be started: ${why}`, error);
  if (!existsSync(cwd)) return failed(`the workspace ${cwd} does not exist any more.`);
  switch (systemCode(error)) {
    case "E2BIG":
      return failed(tooLong(command, env));
    case "EAGAIN":
    case "ENOMEM":
    case "EMFILE":
    case "ENFILE":
      return failed("the machine has no room for another process now. Try again later.");
    default:
      return failed(messageOf(error));
  }
}

/** Says what is too long: the command, a variable, or all together. */
function tooLong(command: string, env: Readonly<Record<string, string>>): string {
  const bytes = Buffer.byteLength(command);
  const variables = Object.entries(env)
    .map(([name, value]) => ({ name, bytes: Buffer.byteLength(`${name}=${value}`) }))
    .sort((a, b) => b.bytes - a.bytes);
  const [longest] = variables;
  if (bytes >= MAX_ARGUMENT_BYTES)
    return `it has ${humanSize(bytes)}, and the system takes less than ${humanSize(MAX_ARGUMENT_BYTES)}. Write it into a file, and run that.`;
  if (longest !== undefined && longest.bytes >= MAX_ARGUMENT_BYTES) {
    return `the variable ${longest.name} has ${humanSize(longest.bytes)} with its name, and the system takes less than ${humanSize(MAX_ARGUMENT_BYTES)} for each. It is part of the execution's environment: shorten it there, or give it as a file.`;
  }
  const total = variables.reduce((sum, variable) => sum + variable.bytes + 1, bytes + 1);
  const named = variables.slice(0, MAX_NAMED).map((variable) => `${variable.name} with ${humanSize(variable.bytes)}`);
  return `its environment and the command have ${humanSize(total)} together, and the system takes about ${humanSize(DEFAULT_TOTAL)}. The longest variables are ${named.join(", ")}: shorten them in the execution's environment, or give them as files.`;
}
