import { PLAIN_LOCALE, PRELUDE } from "./shell.ts";

/**
 * A supervisor leads a session of its own, and its command line contains the command's directory. So a command's
 * processes are found even if it deleted its records, and no process that got the number of an older one is mistaken for
 * them. Processes that start a session of their own are not found.
 */
export const FIND = `
sessions= groups_on_record=
# Adds the sessions of supervisors that run. Argument: an extended regular expression for the commands' directories.
find_supervisors() {
  for file in $(grep -lsxzE -e "$1" /proc/[0-9]*/cmdline); do
    pid=\${file#/proc/} pid=\${pid%/*}
    # A supervisor that is just being started may belong to the session of the host's own processes.
    grep -qaz "^$pid (.*) [^XZ] [0-9]* $pid $pid " "/proc/$pid/stat" && sessions="$sessions $pid"
  done
}
# Adds what a command's records contain. Argument: its directory.
read_records() {
  read -r pid <"$1/supervisor" || return
  case $pid in "" | *[!0-9]*) return ;; esac
  case "$sessions " in
    *" $pid "*) ;;
    *)
      # The supervisor is gone. It stays as long as there are background processes, unless it is killed.
      [ ! -e "$1/code" ] || return
      # Its number belongs to another process by now.
      ! grep -qaz "^$pid (.*) [^XZ] " "/proc/$pid/stat" || return
      sessions="$sessions $pid"
      ;;
  esac
  read -r group <"$1/group" && groups_on_record="$groups_on_record $group"
}
`;

/** Defines `look`. */
export const LOOK = `
# Whether processes of other users may be hidden. Then a group counts as alive as long as it exists.
may_hide=
[ -r /proc/mounts ] && ! grep -q 'hidepid=' /proc/mounts || may_hide=yes
# Sets the process groups that live in the sessions. Zombies do not count: the first process may not reap them.
look() {
  groups=
  [ -n "$sessions" ] || return
  any=$(echo $sessions | tr ' ' '|')
  groups=$(cat /proc/[0-9]*/stat | grep -aoE "[)] [^XZ] [0-9]+ [0-9]+ ($any) " | cut -d ' ' -f 4 | sort -u)
  [ -n "$may_hide" ] || return
  for group in $sessions $groups_on_record; do
    case $(kill -0 "-$group" 2>&1) in *"No such process"*) ;; *) groups="$groups $group" ;; esac
  done
}
`;

/** Stops what was found: supervisors at once, the rest with SIGTERM, then SIGKILL. `groups` are those that still live. */
export const END = `${LOOK}signal() { name=$1; shift; for group; do kill "-$name" "-$group"; done; }
# Nobody may record an end any more, and a command that has no group of its own yet belongs to its supervisor's.
signal KILL $sessions
look
signal TERM $groups
left=10
while [ -n "$groups" ] && [ "$left" -gt 0 ]; do left=$((left - 1)); sleep 0.2; look; done
left=10
while [ -n "$groups" ] && [ "$left" -gt 0 ]; do
  left=$((left - 1))
  signal KILL $groups
  sleep 0.1
  look
done
`;

/**
 * Stops the command whose directory is `dir`. A start of it that arrives later does nothing. Prints one of:
 *
 * - `@ended`: it had ended before. Its background processes go on.
 * - `@stopped`: its processes were stopped.
 * - `@prevented`: there is no trace of it, and it cannot start any more.
 * - `@running`: processes of it are left.
 * - `@unknown`: there is no trace of it, and it may still start.
 */
export const STOP = `${PRELUDE}${PLAIN_LOCALE}
[ ! -e "$dir/code" ] || fail ended
mkdir -p "$dir"
# Whoever creates this file decides whether the command runs.
(set -C; echo prevented >"$dir/supervisor")
${FIND}
find_supervisors "$dir"
read_records "$dir"
found=$sessions
${END}
[ -e "$dir/supervisor" ] && read -r owner <"$dir/supervisor" || owner=unknown
if [ -n "$groups" ]; then outcome=running
# It ended right before its supervisor was stopped.
elif [ -e "$dir/code" ]; then outcome=ended
elif [ -n "$found" ]; then outcome=stopped
else
  case $owner in unknown) outcome=unknown ;; "" | prevented) outcome=prevented ;; *) outcome=stopped ;; esac
fi
printf '@%s\\n' "$outcome"
`;

/** Stops the commands whose directories are in `directory`, with their background processes, and deletes it. Prints `@ok`. */
export const STOP_ALL = `${PRELUDE}${PLAIN_LOCALE}
mkdir -p "\${directory%/*}"
attempt=0
# No start that arrives later can create the directory again: a file is in its place.
until (set -C; : >"$directory") || [ -f "$directory" ] || [ "$attempt" -ge 5 ]; do
  attempt=$((attempt + 1))
  mv "$directory" "$directory.$$.$attempt"
done
${FIND}
find_supervisors "$directory/[0-9]+"
for dir in "$directory".*/*; do read_records "$dir"; done
${END}
rm -rf "$directory".*
printf '@ok\\n'
`;
