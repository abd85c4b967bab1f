import { stat } from "node:fs/promises";
import { untilAborted } from "../shared/time.ts";
import { ClientError } from "./client-error.ts";

/** What may be read. */
export type Readable = "files and pipes" | "files";

/** Accepts these kinds only. @returns whether it is a pipe @throws ClientError; a system error; the signal's reason */
export async function refuseOtherKinds(
  file: string,
  name: string,
  signal: AbortSignal,
  readable: Readable = "files and pipes",
): Promise<boolean> {
  const found = await untilAborted(stat(file), signal);
  if (found.isFile() || (found.isFIFO() && readable === "files and pipes")) return found.isFIFO();
  if (found.isFIFO())
    throw new ClientError(`${name} is a pipe, which can be read only once: name a file, since it is read again.`);
  const kind = found.isDirectory() ? "a directory" : found.isSocket() ? "a socket" : "a device";
  throw new ClientError(`${name} is ${kind}: name a file${readable === "files" ? "" : ", or a pipe"}.`);
}
