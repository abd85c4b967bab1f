import { TRACKING_VARIABLE } from "./tracking-id.ts";

/** Seconds that a cleanup may take after the runner was killed. */
const CLEANUP_S = 30;

/**
 * Arguments: what the tracking ids of its processes begin with, and the seconds between SIGTERM and SIGKILL; 0: only
 * SIGKILL.
 *
 * Reads lines `session <leader>`, `stray <pid>:<start>`, `group <directory>`, `cleanup <script>` and `drop <id>` until its
 * standard input ends, which also happens when the runner is killed. Then it ends what it knows, and every process that
 * carries a tracking id. It sweeps several times, because a process shows no environment in the moment in which it
 * becomes another program. Last, it runs the scripts, encoded by {@link asWord}. They do not appear in the list of
 * processes, and none may take longer than {@link CLEANUP_S}.
 *
 * In `/proc/<pid>/stat`, the fields after the name are: state, parent, group, session, …, start.
 */
export const WATCHDOG_SCRIPT = `
known=
while read -r what id; do
  rest=
  for one in $known; do [ "\${one#*=}" = "$id" ] || rest="$rest $one"; done
  known=$rest
  [ "$what" = drop ] || known="$known $what=$id"
done
exec 2>/dev/null
prefix=$1 tries=$(($2 * 10))
tracked() {
  for file in $(grep -lF "${TRACKING_VARIABLE}=$prefix" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    echo "\${pid%/environ}"
  done
}
terminate() { kill -TERM "$1"; }
# A zombie has ended: its parent may never reap it.
runs() { kill -0 "$1" && ! grep -q '^State:.*Z' "/proc/$1/status" && found=yes; }
leaders() {
  for one in $known; do case $one in session=*) "$1" "\${one#*=}" ;; esac; done
}
if [ "$tries" -gt 0 ]; then
  # The runner may have been killed before it could report a leader.
  for pid in $(tracked); do
    read -r stat <"/proc/$pid/stat" && set -- \${stat##*)}
    case " $known " in *" session=$pid "*) ;; *) [ "$4" != "$pid" ] || known="$known session=$pid" ;; esac
  done
  leaders terminate
fi
while [ "$tries" -gt 0 ]; do
  found=
  leaders runs
  [ -n "$found" ] || break
  sleep 0.1
  tries=$((tries - 1))
done
for one in $known; do
  case $one in session=*) kill -KILL "-\${one#*=}" ;; esac
done
for sweep in 1 2 3 4 5; do
  for one in $known; do
    case $one in group=*)
      echo 1 >"\${one#*=}/cgroup.kill"
      while read -r pid; do kill -KILL "$pid"; done <"\${one#*=}/cgroup.procs"
    esac
  done
  for file in /proc/[0-9]*/stat; do
    stat=
    while read -r line; do stat="$stat $line"; done <"$file"
    pid=\${file#/proc/}
    pid=\${pid%/stat}
    set -- "$prefix" \${stat##*)}
    case " $known " in *" session=$4 "*|*" session=$5 "*|*" stray=$pid:\${21} "*) kill -KILL "$pid" ;; esac
  done
  for pid in $(tracked); do kill -KILL "$pid"; done
  sleep 0.2
done
for one in $known; do
  case $one in group=*) rmdir "\${one#*=}" ;; esac
done
limit=
command -v timeout >/dev/null && limit="timeout ${CLEANUP_S}"
for one in $known; do
  case $one in cleanup=*) printf %b "$(echo "\${one#*=}" | sed 's/@/\\\\0/g')" | $limit /bin/sh >/dev/null & ;; esac
done
wait
`;

/** A script as one word without special characters: the watchdog keeps what it knows in a list of words. */
export function asWord(script: string): string {
  const bytes = [...Buffer.from(script)];
  const plain = /[A-Za-z0-9/_.,:+=-]/;
  return bytes
    .map((byte) => String.fromCharCode(byte))
    .map((char) => (plain.test(char) ? char : `@${char.charCodeAt(0).toString(8).padStart(3, "0")}`))
    .join("");
}
