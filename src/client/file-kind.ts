import { stat } from "node:fs/promises";
import { untilAborted } from "../shared/time.ts";
import { ClientError } from "./client-error.ts";

/** Accepts files and pipes only. @throws ClientError; a system error; the signal's reason */
export async function refuseOtherKinds(file: string, name: string, signal: AbortSignal): Promise<void> {
  const found = await untilAborted(stat(file), signal);
  if (found.isFile() || found.isFIFO()) return;
  const kind = found.isDirectory() ? "a directory" : found.isSocket() ? "a socket" : "a device";
  throw new ClientError(`${name} is ${kind}: name a file, or a pipe.`);
}
