import { type FileHandle, open } from "node:fs/promises";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { untilAborted } from "../../shared/time.ts";
import { readText } from "../bounded-input.ts";
import { ClientError } from "../client-error.ts";
import { type Readable, readableKind } from "../file-kind.ts";
import type { InputSource } from "../standard-input.ts";

/** Maximum size of an agent file, and of a file with an environment. */
export const MAX_BYTES = 1024 * 1024;
/** After this time the user is told that a pipe is waited for. */
const PATIENCE_MS = 1_000;

/** How files are read. */
export interface Reading {
  /** What they may be: files and pipes, if it is absent. */
  readonly readable?: Readable | undefined;
  /** Where an agent file `-` comes from; without it there is none. */
  readonly stdin?: InputSource["stdin"];
  /** Is told what is waited for. */
  readonly tell?: (text: string) => void;
}

/**
 * The text of a file or a pipe.
 * @param name describes it in errors: `The agent file agent.yaml`
 * @throws ClientError; the signal's reason
 */
export async function readFileText(
  file: string,
  name: string,
  signal: AbortSignal,
  { readable, tell }: Reading = {},
): Promise<string> {
  let handle: FileHandle | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  try {
    const kind = await readableKind(file, name, signal, readable);
    if (kind === "pipe" && tell !== undefined)
      patience = setTimeout(() => tell(`Waiting for the end of the pipe ${file}. Give up with Ctrl-C.`), PATIENCE_MS);
    // Opening a pipe blocks until a writer opens it.
    handle = await untilAborted(open(file), signal);
    return await readText(handle.createReadStream({ autoClose: false }), name, MAX_BYTES, signal);
  } catch (error) {
    if (error instanceof ClientError || signal.aborted) throw error;
    const reason = systemCode(error) === "ENOENT" ? "it does not exist" : messageOf(error);
    throw new ClientError(`${name} cannot be read: ${reason}`);
  } finally {
    clearTimeout(patience);
    await closeUnlessAborted(handle, signal);
  }
}

/** Closing a handle waits for a pending read, which may never end; it is not waited for. */
async function closeUnlessAborted(handle: FileHandle | undefined, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await handle?.close();
}
