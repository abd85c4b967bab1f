import { messageOf, systemCode } from "../shared/errors.ts";
import { readText } from "./bounded-input.ts";
import { ClientError } from "./client-error.ts";

/** Conventional name of standard input. */
export const STANDARD_INPUT = "-";

export interface InputSource {
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  /** Tells a user what the command waits for. */
  readonly tell: (text: string) => void;
}

/**
 * Reads standard input up to its end.
 * @param what is read: `message`
 * @param example how to give it: `run - <message.txt`
 * @throws ClientError; the signal's reason
 */
export async function readStandardInput(
  { stdin, tell }: InputSource,
  what: string,
  example: string,
  limit: number,
  signal: AbortSignal,
): Promise<string> {
  if (stdin.isTTY === true) tell(`Reading the ${what} from the terminal: end it with Ctrl-D, give up with Ctrl-C.`);
  try {
    return await readText(stdin, `The ${what} on standard input`, limit, signal);
  } catch (error) {
    const code = signal.aborted ? undefined : systemCode(error);
    if (code === undefined) throw error;
    const problem = code === "EISDIR" ? "is a directory" : `cannot be read: ${messageOf(error)}`;
    throw new ClientError(`Standard input ${problem}: give the ${what} in a file or a pipe, as in ${example}.`);
  }
}
