import { humanSize } from "../shared/human-size.ts";
import { ArchiveError } from "./archive-error.ts";

/** What common file systems take. */
const MAX_NAME_BYTES = 1_024;
const MAX_SEGMENT_BYTES = 255;

/**
 * The name of an entry as a relative path with `/`, without `./` parts and without a `/` at its end; empty for the root.
 * @throws ArchiveError `unsafe-entry` if it cannot be unpacked under that name, or would leave the directory
 */
export function entryName(raw: Uint8Array): string {
  const text = decode(raw);
  const refuse = (problem: string) => new ArchiveError("unsafe-entry", problem, { entry: text });
  if (text === "") throw refuse("has no name");
  if (raw.length > MAX_NAME_BYTES) throw refuse(`has a name of more than ${humanSize(MAX_NAME_BYTES)}`);
  if (/\p{Cc}/u.test(text)) throw refuse("has control characters in its name");
  if (text.includes("\\")) throw refuse("has a backslash in its name: directories are separated by /");
  if (text.startsWith("/") || /^[A-Za-z]:/.test(text)) throw refuse("has an absolute name");
  const segments = text.replace(/\/$/, "").split("/");
  if (segments.includes("..")) throw refuse("leads out of the archive's directory");
  if (segments.includes("")) throw refuse("has an empty part in its name");
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES))
    throw refuse(`has a part of more than ${humanSize(MAX_SEGMENT_BYTES)} in its name`);
  return segments.filter((segment) => segment !== ".").join("/");
}

/** Zips say UTF-8 with a flag that many programs forget; anything else has no encoding that could be relied on. */
function decode(raw: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch (cause) {
    const entry = new TextDecoder().decode(raw);
    throw new ArchiveError("unsafe-entry", "has a name that is not UTF-8", { entry, cause });
  }
}
