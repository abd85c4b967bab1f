import { visible } from "../shared/printable.ts";
import { RunnerError } from "../shared/runner-error.ts";

type ArchiveErrorCode =
  /** It cannot be read as a zip. */
  | "not-a-zip"
  /** It has more entries or more bytes than allowed. */
  | "limit"
  /** An entry must not be unpacked: its name, its type or another entry forbids it. */
  | "unsafe-entry"
  /** The content of an entry cannot be read, or is not what the archive declares. */
  | "damaged-entry";

/** Longest part of a name that is shown. */
const MAX_SHOWN = 200;

/** Why an archive is refused. The message says what is wrong, after the name of the entry if it is about one. */
export class ArchiveError extends RunnerError<ArchiveErrorCode> {
  override readonly name = "ArchiveError";
  /** The entry that is to blame, as its name can be shown. */
  readonly entry: string | undefined;

  constructor(
    code: ArchiveErrorCode,
    problem: string,
    options: { readonly entry?: string; readonly cause?: unknown } = {},
  ) {
    const entry = options.entry === undefined ? undefined : shown(options.entry);
    super(code, entry === undefined ? problem : `the entry ${entry} ${problem}`, { cause: options.cause });
    this.entry = entry;
  }
}

function shown(name: string): string {
  return JSON.stringify(visible(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name));
}
