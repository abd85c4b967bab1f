import { existsSync } from "node:fs";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { SandboxError } from "../sandbox-error.ts";

/** Linux takes no longer text as an argument or as a variable, its end included: 32 pages. */
const MAX_ARGUMENT_BYTES = 131_072;
/** Most text of all arguments and variables together, where the stack has its usual size. */
const DEFAULT_TOTAL = 2_097_152;
/** Variables that are named where none is too long by itself. */
const NAMED = 3;

/** What could not be started. */
export interface Started {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Why a command could not be started, and what to do. */
export function notStarted(error: unknown, { command, cwd, env }: Started): SandboxError {
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

/** What of a command and its environment is too long. */
function tooLong(command: string, env: Readonly<Record<string, string>>): string {
  const bytes = Buffer.byteLength(command);
  const variables = Object.entries(env)
    .map(([name, value]) => ({ name, bytes: Buffer.byteLength(`${name}=${value}`) }))
    .sort((a, b) => b.bytes - a.bytes);
  const [longest] = variables;
  if (bytes >= MAX_ARGUMENT_BYTES)
    return `it has ${bytes} bytes, and the system takes less than ${MAX_ARGUMENT_BYTES}. Write it into a file, and run that.`;
  if (longest !== undefined && longest.bytes >= MAX_ARGUMENT_BYTES) {
    return `the variable ${longest.name} has ${longest.bytes} bytes with its name, and the system takes less than ${MAX_ARGUMENT_BYTES} for each. It is part of the execution's environment: shorten it there, or give it as a file.`;
  }
  const total = variables.reduce((sum, variable) => sum + variable.bytes + 1, bytes + 1);
  const named = variables.slice(0, NAMED).map((variable) => `${variable.name} with ${variable.bytes}`);
  return `its environment and the command have ${total} bytes together, and the system takes about ${DEFAULT_TOTAL}. The longest variables are ${named.join(", ")} bytes: shorten them in the execution's environment, or give them as files.`;
}
