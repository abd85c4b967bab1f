import { type FileHandle, open } from "node:fs/promises";
import { messageOf } from "../../shared/errors.ts";
import { untilAborted } from "../../shared/time.ts";
import { readText } from "../bounded-input.ts";
import { ClientError } from "../client-error.ts";
import { type Readable, refuseOtherKinds } from "../file-kind.ts";

/** Maximum size of an agent file, and of a file with an environment. */
const MAX_BYTES = 1024 * 1024;

/**
 * The text of a file or a pipe.
 * @param name describes it in errors: `The agent file agent.yaml`
 * @throws ClientError; the signal's reason
 */
export async function readFileText(
  file: string,
  name: string,
  signal: AbortSignal,
  readable?: Readable,
): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    await refuseOtherKinds(file, name, signal, readable);
    // Opening a pipe blocks until a writer opens it.
    handle = await untilAborted(open(file), signal);
    return await readText(handle.createReadStream({ autoClose: false }), name, MAX_BYTES, signal);
  } catch (error) {
    if (error instanceof ClientError || signal.aborted) throw error;
    throw new ClientError(`${name} cannot be read: ${messageOf(error)}`);
  } finally {
    await closeUnlessAborted(handle, signal);
  }
}

/** Closing a handle waits for a pending read, which may never end; it is not waited for. */
async function closeUnlessAborted(handle: FileHandle | undefined, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await handle?.close();
}
