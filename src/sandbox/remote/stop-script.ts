import { PRELUDE } from "./shell.ts";

/**
 * Stops the commands whose directories match the pattern in `dirs`: SIGTERM, then SIGKILL. Then deletes the directory
 * `clear`, if it is set; else `dirs` is one directory, and a start of its command that arrives later does nothing.
 * Prints `@unknown` if a command may still be running, else `@ok`.
 */
export const STOP = `${PRELUDE}
supervisors= groups= unknown=
for dir in $dirs; do
  [ -n "$clear" ] || mkdir -p "$dir"
  # Whoever creates this file decides whether the command runs.
  if (set -C; echo stopped >"$dir/supervisor"); then continue; fi
  [ -e "$dir/supervisor" ] || unknown=yes
  [ -e "$dir/code" ] || supervisors="$supervisors $(cat "$dir/supervisor")"
done
signal() { name=$1; shift; for group; do kill "-$name" "-$group"; done; }
# Waits until the groups are gone. Arguments: how often it looks, the groups.
await() {
  left=$1; shift
  while [ "$left" -gt 0 ]; do
    alive=
    for group; do kill -0 "-$group" && alive=yes; done
    [ -n "$alive" ] || break
    left=$((left - 1)); sleep 0.2
  done
}
# The supervisors first: before a command has a process group of its own, it belongs to its supervisor's.
signal KILL $supervisors
await 3 $supervisors
for dir in $dirs; do groups="$groups $(cat "$dir/group")"; done
signal TERM $groups
await 10 $groups
signal KILL $groups
[ -z "$clear" ] || rm -rf "$clear"
[ -z "$unknown" ] || fail unknown
printf '@ok\\n'
`;
