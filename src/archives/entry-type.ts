import type { Entry } from "yauzl";
import { ArchiveError } from "./archive-error.ts";

const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;
const LINK = 0o120000;

/** @throws ArchiveError `unsafe-entry` for links, devices and what cannot be inflated */
export function checkType(entry: Entry, name: string): void {
  const refuse = (problem: string) => new ArchiveError("unsafe-entry", problem, { entry: name });
  // Archives made on Unix have the file's mode in the upper half; others have 0 there.
  const type = (entry.externalFileAttributes >>> 16) & TYPE_MASK;
  if (type === LINK) throw refuse("is a symbolic link");
  if (type !== 0 && type !== REGULAR && type !== DIRECTORY) throw refuse("is neither a file nor a directory");
  if (entry.isEncrypted()) throw refuse("is encrypted");
  if (!entry.canDecodeFileData()) throw refuse(`is compressed with an unsupported method (${entry.compressionMethod})`);
}
