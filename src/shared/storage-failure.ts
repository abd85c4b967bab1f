import { statSync } from "node:fs";
import { systemCode } from "./errors.ts";

/** What keeps a file from being used. */
export interface StorageFailure {
  /** The system's or SQLite's code. */
  readonly code: string;
  /** As the end of the sentence "<file> cannot be used: …". */
  readonly what: string;
  /** What to do with a file, in sentences. */
  readonly remedy: (file: string) => string;
}

const ELSEWHERE = "or set STIGMER_DATA_DIR to another directory";
const KINDS: readonly { readonly codes: RegExp; readonly what: string; readonly remedy: StorageFailure["remedy"] }[] = [
  { codes: /^(SQLITE_FULL|ENOSPC)/, what: "the disk is full", remedy: () => `Free space on it, ${ELSEWHERE}.` },
  { codes: /^EDQUOT/, what: "the disk quota is used up", remedy: () => `Free space or raise the quota, ${ELSEWHERE}.` },
  {
    codes: /^(SQLITE_READONLY|EROFS)/,
    what: "it is read-only",
    remedy: () =>
      `Make the file and its directory writable; a disk with errors is mounted read-only, see \`dmesg\`; ${ELSEWHERE}.`,
  },
  {
    codes: /^(SQLITE_(PERM|AUTH|CANTOPEN)|EACCES|EPERM)/,
    what: "this user may not write it",
    remedy: () => `Give the file and its directory to this user, ${ELSEWHERE}.`,
  },
  { codes: /^(ENOENT|ENOTDIR)/, what: "it is not there any more", remedy: () => "Start the program again." },
  {
    codes: /^(SQLITE_(CORRUPT|NOTADB))/,
    what: "it is damaged",
    remedy: (file) =>
      `Stop the program and move it away, with ${file}-wal and ${file}-shm if they exist: a new one is made. Of the old one \`sqlite3 ${file} .recover\` may save something.`,
  },
  {
    codes: /^(SQLITE_IOERR|EIO)/,
    what: "the disk reports an error",
    remedy: () => `Look for it in \`dmesg\`, and at the free space, ${ELSEWHERE}.`,
  },
  {
    codes: /^(SQLITE_(BUSY|LOCKED))/,
    what: "another process keeps it locked",
    remedy: () => "Stop the other process that uses it.",
  },
];

/** SQLite names the files beside a database so. */
const SUFFIXES = ["", "-wal", "-shm", "-journal"];

/**
 * @param file of a database that cannot be opened: the system's reason alone does not tell that it is a directory
 * @returns undefined if the error is not about storage
 */
export function storageFailure(error: unknown, file?: string): StorageFailure | undefined {
  const code = systemCode(error);
  const directory = file !== undefined && /^SQLITE_(CANTOPEN|IOERR)/.test(code ?? "") ? directoryOf(file) : undefined;
  if (code !== undefined && directory !== undefined)
    return {
      code,
      what: directory === file ? "it is a directory" : `${directory} is a directory`,
      remedy: () => `Move the directory ${directory} away: a file is made in its place.`,
    };
  const kind = code === undefined ? undefined : KINDS.find(({ codes }) => codes.test(code));
  return code === undefined || kind === undefined ? undefined : { code, what: kind.what, remedy: kind.remedy };
}

/** The directory that has the name of the database, or of a file beside it. */
function directoryOf(file: string): string | undefined {
  return SUFFIXES.map((suffix) => `${file}${suffix}`).find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory(),
  );
}
