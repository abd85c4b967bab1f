import { LISTING_LIMIT, OWN_DIRECTORY } from "../sandbox.ts";
import { SKIPPED, UNREADABLE_LIMIT } from "../search-limits.ts";
import { PLAIN_LOCALE, PRELUDE, quote } from "./shell.ts";

/**
 * Scripts that act on one path. Variables: `root` (absolute, without links), `path` (absolute) and `unless` (if it
 * exists, the path leads out of the root; may be empty). Each prints `@ok`, or `@` and the reason why it refuses.
 */

/** Defines `resolve`, which sets `real` to a path with all links followed. It must be inside `root`, which may be `/`. */
export const RESOLVE = `${PRELUDE}${PLAIN_LOCALE}[ -d "$root" ] || mkdir -p "$root"
[ -z "$unless" ] || [ ! -e "$unless" ] || fail absolute
resolve() {
  found=$1 rest=
  while [ ! -e "$found" ]; do
    [ ! -L "$found" ] || fail dangling
    rest=/\${found##*/}$rest
    found=\${found%/*}
    [ -n "$found" ] || found=/
  done
  [ -z "$rest" ] || [ -d "$found" ] || fail not-a-directory
  real=$(realpath -- "$found") || fail denied
  case $real/ in "\${root%/}"/*) ;; *) fail link ;; esac
  real=\${real%/}$rest
  [ -n "$real" ] || real=/
}
`;

/** Prints the size in bytes and the path of a readable file. */
export const STAT_FILE = `${RESOLVE}
resolve "$path"
[ -e "$real" ] || fail not-found
[ ! -d "$real" ] || fail is-a-directory
[ -f "$real" ] || fail not-a-file
[ -r "$real" ] || fail denied
printf '@ok\\n%s\\n%s' "$(stat -c %s -- "$real")" "$real"
`;

/** Creates the directories above a file that will be written, and prints its path. */
export const PREPARE_FILE = `${RESOLVE}
resolve "$path"
[ ! -d "$real" ] || fail is-a-directory
[ ! -e "$real" ] || [ -f "$real" ] || fail not-a-file
parent=\${real%/*}
[ -n "$parent" ] || parent=/
mkdir -p -- "$parent" || fail denied
if [ -e "$real" ]; then [ -w "$real" ] || fail denied; else [ -w "$parent" ] || fail denied; fi
printf '@ok\\n%s' "$real"
`;

/** Deletes the entry `name` of the directory `path`, and prints its path. A link is deleted, not its target. */
export const REMOVE = `${RESOLVE}
[ -n "$name" ] || fail denied
resolve "$path"
real=\${real%/}/$name
[ -e "$real" ] || [ -L "$real" ] || fail not-found
rm -rf -- "$real" || fail denied
printf '@ok\\n%s' "$real"
`;

/** The record of an entry: type, size, modification time, path relative to the start. */
const ENTRY = "%Y/%s/%T@/%P\\0";

/** Prints the path of a directory, and its files and directories by name; links to these are such too. */
export const LIST = `${RESOLVE}
resolve "$path"
[ -e "$real" ] || fail not-found
[ -d "$real" ] || fail not-a-directory
[ -r "$real" ] || fail denied
printf '@ok\\n%s\\0' "$real"
find "$real" -mindepth 1 -maxdepth 1 \\( -xtype f -o -xtype d \\) ! -name ${quote(OWN_DIRECTORY)} -printf '${ENTRY}' |
  sort -z -t/ -k4 | head -z -n ${LISTING_LIMIT + 1}
`;

/** For find(1): matches directories that cannot be read. */
const IS_UNREADABLE = "-type d ! \\( -readable -executable \\)";

/** Begins the record of a directory that cannot be read: the type `!`, then as in {@link ENTRY}. */
export const UNREADABLE_RECORD = "!/0/0/";

/** How long files that were found until the time limit are searched after it. */
const OVERTIME_SECONDS = 5;

/** Printed after the results of a search that took longer than `seconds`. It cannot be part of a record. */
export const LATE = "\0late\0";

/**
 * Defines `find_entries`: find(1) without the usual directories, unless variable `all` is set. It ends when the search has
 * taken `limit` seconds. `report_late` prints {@link LATE} if it has taken `seconds`.
 */
const FIND_ENTRIES = `began=$(date +%s) limit=$seconds
left() { left=$((began + limit - $(date +%s))); [ "$left" -gt 0 ] || left=1; }
report_late() { [ "$(($(date +%s) - began))" -lt "$seconds" ] || printf '\\0late\\0'; }
find_entries() {
  left
  if [ -n "$all" ]; then timeout "$left" find "$@"; return; fi
  start=$1; shift
  timeout "$left" find "$start" -mindepth 1 -type d \\( ${SKIPPED.map((name) => `-name ${quote(name)}`).join(" -o ")} \\) -prune -o "$@"
}
`;

/**
 * Prints the path and everything below a directory, cut at `bytes`. Directories that cannot be read appear twice, the
 * second time with type `!`.
 */
export const FIND = `${RESOLVE}${FIND_ENTRIES}
resolve "$path"
[ -e "$real" ] || fail not-found
[ -d "$real" ] || fail not-a-directory
[ -r "$real" ] && [ -x "$real" ] || fail denied
printf '@ok\\n%s\\0' "$real"
{ find_entries "$real" -mindepth 1 -printf '${ENTRY}' ${IS_UNREADABLE} -printf '${UNREADABLE_RECORD}%P\\0' -prune
  report_late
} | head -c "$bytes"
`;

/**
 * Prints the path, then the paths that cannot be read, then an empty path. Then, for each line with `text` in a text
 * file: the file's path, a zero byte, line number, colon, line. Variables: `name` (a pattern for file names), `size`
 * (larger files are skipped), `line` and `bytes` (limits of a line and of the output).
 */
export const GREP = `${RESOLVE}${FIND_ENTRIES}
resolve "$path"
[ -e "$real" ] || fail not-found
if [ -d "$real" ]; then [ -r "$real" ] && [ -x "$real" ] || fail denied; fi
printf '@ok\\n%s\\0' "$real"
if [ -d "$real" ]; then
  limit=$((seconds / 2))
  find_entries "$real" \\( ${IS_UNREADABLE} -o -type f -name "$name" ! -readable \\) -print0 |
    head -z -n ${UNREADABLE_LIMIT} | sort -z
  limit=$seconds
fi
printf '\\0'
# No line contains a line break; grep would search for each line of the text.
case $text in *'
'*) exit 0 ;; esac
{ if [ -d "$real" ]; then find_entries "$real" -type f -size "-$size" -name "$name" -print0
  else [ "$(stat -c %s -- "$real")" -ge "\${size%c}" ] || printf '%s\\0' "$real"; fi | {
    left
    # Longer than find: then it searches what find has found until its end.
    timeout "$((left + ${OVERTIME_SECONDS}))" xargs -0 -r grep -IFnHZ -e "$text" --
  } | cut -b "1-$line"
  report_late
} | head -c "$bytes"
`;
