import { open } from "node:fs/promises";
import { Zip, ZipDeflate } from "fflate";
import { messageOf } from "../../shared/errors.ts";
import { humanSize } from "../../shared/human-size.ts";
import { SKILL_ZIP_LIMITS } from "../../shared/skill-limits.ts";
import { yieldToEventLoop } from "../../shared/time.ts";
import type { SkillFile } from "./skill-files.ts";
import { SkillFolderError } from "./skill-folder-error.ts";

/** How much is compressed before other work gets its turn. */
const CHUNK_BYTES = 256 * 1024;
/** The time of all entries: the same files make the same zip. Noon exists on each day of each time zone. */
const TIME = new Date(1980, 0, 1, 12);
const UNIX = 3;
const [EXECUTABLE, PLAIN] = [0o100755, 0o100644];

/**
 * Packs files into a zip. The same names, contents and executable bits give the same bytes, on every machine: therefore
 * it is not compressed by the machine's zlib.
 * @throws SkillFolderError if a file cannot be read, or if the zip is too large
 */
export async function packFiles(files: readonly SkillFile[], signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let failure: Error | undefined;
  const zip = new Zip((error, chunk) => {
    failure ??= error ?? undefined;
    parts.push(chunk);
    length += chunk.length;
  });
  for (const file of files) {
    const entry = new ZipDeflate(file.name, { level: 6 });
    entry.mtime = TIME;
    entry.os = UNIX;
    // Shifted as an unsigned number.
    entry.attrs = (file.isExecutable ? EXECUTABLE : PLAIN) * 0x10000;
    zip.add(entry);
    for await (const chunk of chunksOf(file)) {
      signal.throwIfAborted();
      entry.push(chunk);
      if (length > SKILL_ZIP_LIMITS.packedBytes)
        throw new SkillFolderError(`is larger than ${humanSize(SKILL_ZIP_LIMITS.packedBytes)} packed: make it smaller`);
      await yieldToEventLoop();
    }
    entry.push(new Uint8Array(), true);
  }
  zip.end();
  if (failure !== undefined) throw new SkillFolderError(`cannot be packed: ${failure.message}`, failure);
  return Buffer.concat(parts);
}

/** As much of a file as it had when it was listed. @throws SkillFolderError */
async function* chunksOf({ name, path, size }: SkillFile): AsyncGenerator<Uint8Array> {
  try {
    await using handle = await open(path);
    for (let at = 0; at < size; ) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - at));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) throw new Error("it became shorter while it was read");
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  } catch (error) {
    if (error instanceof SkillFolderError) throw error;
    throw new SkillFolderError(`contains ${name}, which cannot be read: ${messageOf(error)}`, error);
  }
}
