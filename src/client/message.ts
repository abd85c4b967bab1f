import { messageOf, systemCode } from "../shared/errors.ts";
import { readText } from "./bounded-input.ts";
import { ClientError } from "./client-error.ts";

/** Maximum size of a message on standard input. Longer content belongs in a file of the workspace. */
export const MAX_INPUT_BYTES = 1024 * 1024;
/** Conventional name of standard input. */
const STANDARD_INPUT = "-";

export interface MessageSource {
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  /** Tells a user at a terminal what the command waits for. */
  readonly tell: (text: string) => void;
}

/** The message, read from standard input if it is `-`. @throws ClientError; the signal's reason */
export async function messageFrom(
  argument: string,
  { stdin, tell }: MessageSource,
  signal: AbortSignal,
): Promise<string> {
  if (argument !== STANDARD_INPUT) {
    if (argument.trim() === "")
      throw new ClientError('The message is empty: say what to do, as in run "Write a haiku".');
    return argument;
  }
  if (stdin.isTTY === true) tell("Reading the message from the terminal: end it with Ctrl-D, give up with Ctrl-C.");
  const text = await read(stdin, signal);
  if (text.trim() === "") throw new ClientError("The message is empty: standard input had nothing in it.");
  return text;
}

async function read(stdin: MessageSource["stdin"], signal: AbortSignal): Promise<string> {
  try {
    return await readText(stdin, "The message on standard input", MAX_INPUT_BYTES, signal);
  } catch (error) {
    const code = signal.aborted ? undefined : systemCode(error);
    if (code === undefined) throw error;
    const problem = code === "EISDIR" ? "is a directory" : `cannot be read: ${messageOf(error)}`;
    throw new ClientError(`Standard input ${problem}: give the message in a file or a pipe, as in run - <message.txt.`);
  }
}
