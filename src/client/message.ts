import { ClientError } from "./client-error.ts";
import { type InputSource, readStandardInput, STANDARD_INPUT } from "./standard-input.ts";

/** Maximum size of a message on standard input. Longer content belongs in a file of the workspace. */
export const MAX_INPUT_BYTES = 1024 * 1024;

/** The message, read from standard input if it is `-`. @throws ClientError; the signal's reason */
export async function messageFrom(argument: string, source: InputSource, signal: AbortSignal): Promise<string> {
  if (argument !== STANDARD_INPUT) {
    if (argument.trim() === "")
      throw new ClientError('The message is empty: say what to do, as in run "Write a haiku".');
    return argument;
  }
  const text = await readStandardInput(source, "message", "run - <message.txt", MAX_INPUT_BYTES, signal);
  if (text.trim() === "") throw new ClientError("The message is empty: standard input had nothing in it.");
  return text;
}
