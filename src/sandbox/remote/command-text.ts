import type { CommandText } from "./command-scripts.ts";
import type { RemoteShell } from "./remote-shell.ts";
import { quote } from "./shell.ts";

/** A quoted text that is longer is uploaded, and does not travel in the script. */
const MAX_INLINE_BYTES = 30_000;
/** Tells programs not to draw, page or ask. */
export const BASE_ENVIRONMENT = { TERM: "dumb", NO_COLOR: "1", PAGER: "cat", GIT_TERMINAL_PROMPT: "0" };

/**
 * A text that a command needs: part of the script, or uploaded before if it is long.
 * @throws SandboxError; the signal's reason
 */
export async function commandText(
  shell: RemoteShell,
  text: string,
  path: string,
  signal: AbortSignal,
): Promise<CommandText> {
  if (Buffer.byteLength(quote(text)) <= MAX_INLINE_BYTES) return { text, isUploaded: false };
  await shell.upload(path, Buffer.from(text), signal);
  return { text, isUploaded: true };
}
