import { ABANDONED_MINUTES, INSTALLING } from "../trees.ts";
import { RESOLVE } from "./path-scripts.ts";

/**
 * Scripts that install trees in the directory `path`. Variable `trees` has a word `name:entries:digest` for each tree: how
 * many files and directories it has, and the SHA-256 of their list. Either script may run more than once.
 */

/** Defines `installed`: whether a tree is in a directory as it should be. Arguments: the directory, the tree's word. */
const INSTALLED = `
installed() {
  name=\${2%%:*} rest=\${2#*:}
  [ -d "$1/$name" ] && [ ! -L "$1/$name" ] || return 1
  # A list that is longer than it should be needs no reading to its end.
  list=$(find "$1/$name" -mindepth 1 \\( -type f -printf 'f/%m/%s/%T@/%P\\0' -o -printf '%y/%P\\0' \\) |
    head -z -n "$((\${rest%%:*} + 1))" | sort -z | sha256sum)
  [ "\${list%% *}" = "\${rest#*:}" ]
}
`;

/** Prints the directory's path, then the names of the trees that are not there, each on a line. */
export const FIND_TREES = `${RESOLVE}${INSTALLED}
resolve "$path"
mkdir -p -- "$real" || fail denied
[ -d "$real" ] || fail not-a-directory
[ -w "$real" ] || fail denied
# A directory with files of the user is not ours to hide.
[ -n "$(ls -A -- "$real")" ] || echo '*' >"$real/.gitignore" || fail denied
find "$real" -mindepth 1 -maxdepth 1 -name '${INSTALLING}*' -mmin +${ABANDONED_MINUTES} -exec rm -rf {} +
printf '@ok\\n%s\\n' "$real"
for tree in $trees; do installed "$real" "$tree" || printf '%s\\n' "\${tree%%:*}"; done
`;

/**
 * Unpacks `archive`, a tar.gz with the trees, checks them, and puts each in its place. Prints `@ok`, or `@failed` and
 * what the program said that failed.
 */
export const UNPACK_TREES = `${RESOLVE}${INSTALLED}
directory=\${archive%/*} made=$archive.d
finish() { rm -rf -- "$archive" "$made"; printf '%s' "$1"; exit 0; }
missing=
for program in tar gzip sha256sum; do command -v "$program" >/dev/null || missing="$missing $program"; done
[ -z "$missing" ] || finish "@missing
\${missing# }"
left=
for tree in $trees; do installed "$directory" "$tree" || left="$left $tree"; done
# The script ran before, and nobody received its answer.
[ -n "$left" ] || finish '@ok'
rm -rf -- "$made"
said=$(mkdir -- "$made" 2>&1 && tar -xzpof "$archive" -C "$made" 2>&1) || finish "@failed
$said"
for tree in $left; do installed "$made" "$tree" || finish '@damaged'; done
for tree in $left; do
  name=\${tree%%:*} attempt=0
  until mv -T -- "$made/$name" "$directory/$name"; do
    # Another execution was faster.
    ! installed "$directory" "$tree" || break
    attempt=$((attempt + 1))
    [ "$attempt" -le 5 ] || finish '@busy'
    mv -T -- "$directory/$name" "$made/old.$name.$attempt"
  done
done
finish '@ok'
`;
