import { stat } from "node:fs/promises";
import { untilAborted } from "../shared/time.ts";
import { ClientError } from "./client-error.ts";

/** What may be read. */
export type Readable = "files and pipes" | "files";

/** What a file is that can be read. @throws ClientError if it is of another kind; a system error; the signal's reason */
export async function readableKind(
  file: string,
  name: string,
  signal: AbortSignal,
  readable: Readable = "files and pipes",
): Promise<"file" | "pipe"> {
  const found = await untilAborted(stat(file), signal);
  if (found.isFile()) return "file";
  if (found.isFIFO() && readable === "files and pipes") return "pipe";
  if (found.isFIFO())
    throw new ClientError(`${name} is a pipe, which can be read only once: name a file, since it is read again.`);
  const kind = found.isDirectory() ? "a directory" : found.isSocket() ? "a socket" : "a device";
  throw new ClientError(`${name} is ${kind}: name a file${readable === "files" ? "" : ", or a pipe"}.`);
}
