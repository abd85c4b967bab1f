import { messageOf, systemCode } from "../shared/errors.ts";
import { storageFailure } from "../shared/storage-failure.ts";

/** A place that was tried, and why it cannot be used. */
export interface FailedPlace {
  /** A directory with the variable that moves it, or `memory`. */
  readonly place: string;
  readonly reason: string;
}

const NOT_A_DIRECTORY = "it is not a directory";
const CODES: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: NOT_A_DIRECTORY,
  ELOOP: NOT_A_DIRECTORY,
  EEXIST: NOT_A_DIRECTORY,
  EFBIG: "this process may not write files of this size",
};
/** What glibc says where code may not run from a file. */
const NOT_EXECUTABLE = /failed to map segment from shared object/;
const NO_SUCH_LIBRARY = /(lib[\w.+-]+): cannot open shared object file/;

/** Why a place cannot be used, as the end of the sentence "<place>: …". */
export function reasonOf(error: unknown): string {
  const code = systemCode(error);
  const what = CODES[code ?? ""] ?? storageFailure(error)?.what;
  if (what !== undefined) return `${what} (${code})`;
  const message = messageOf(error);
  return NOT_EXECUTABLE.test(message)
    ? "it is mounted noexec, or the system allows no code to run from there"
    : message;
}

/** What to do if no place can be used. */
export function remediesFor(failures: readonly FailedPlace[]): readonly string[] {
  const library = failures.map(({ reason }) => NO_SUCH_LIBRARY.exec(reason)?.[1]).find((found) => found !== undefined);
  return [
    ...(library === undefined ? [] : [`The system lacks ${library}, which Temporal's library needs: install it.`]),
    "Make one of these directories writable for this user, with 100 MiB free and without `noexec`; the variable beside it moves it elsewhere.",
    "In a container with a read-only root file system, mount something: `--tmpfs /tmp:exec`.",
  ];
}
