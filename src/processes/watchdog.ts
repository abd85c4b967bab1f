import { type ChildProcess, spawn } from "node:child_process";
import { registerOwnSession } from "./orphans.ts";
import { PROCESS_TRACKING_ID, TRACKING_VARIABLE } from "./tracking-id.ts";

/**
 * Is told of every session, of what has left its session, and of control groups, and kills what is left at the end of its
 * standard input, which comes also when this process is killed. Then those that carry its mark, where the system shows it:
 * more than once, because a process that is just becoming another program shows nothing.
 *
 * Of `/proc/<pid>/stat` what follows the name counts: state, parent, group, session, …, start.
 */
const SCRIPT = `
known=
while read -r what id; do
  rest=
  for one in $known; do [ "\${one#*=}" = "$id" ] || rest="$rest $one"; done
  known=$rest
  [ "$what" = drop ] || known="$known $what=$id"
done
exec 2>/dev/null
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
    set -- "$1" \${stat##*)}
    case " $known " in *" session=$4 "*|*" session=$5 "*|*" stray=$pid:\${21} "*) kill -KILL "$pid" ;; esac
  done
  for file in $(grep -l "${TRACKING_VARIABLE}=$1" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}"
  done
  sleep 0.2
done
for one in $known; do
  case $one in group=*) rmdir "\${one#*=}" ;; esac
done
`;

let child: ChildProcess | undefined;

/** Sees to it that commands end with this process, whatever becomes of it. */
export const watchdog = {
  /** Begins before the first command does: nothing is to be left where this process is killed in between. */
  start(): void {
    child ??= start();
  },
  addSession(session: number): void {
    tell("session", session);
  },
  /** @param key of a process, as {@link strayKey} gives it */
  addStray(key: string): void {
    tell("stray", key);
  },
  addGroup(directory: string): void {
    tell("group", directory);
  },
  drop(id: number | string): void {
    child?.stdin?.write(`drop ${id}\n`);
  },
};

/** A process by its number and its start. */
export function strayKey({ pid, started }: { readonly pid: number; readonly started: number }): string {
  return `${pid}:${started}`;
}

function tell(what: "session" | "stray" | "group", id: number | string): void {
  watchdog.start();
  child?.stdin?.write(`${what} ${id}\n`);
}

function start(): ChildProcess {
  // A session of its own: Ctrl-C at the terminal is not meant for it.
  const started = spawn("/bin/sh", ["-c", SCRIPT, "sh", PROCESS_TRACKING_ID], {
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
  });
  const lost = () => {
    if (child === started) child = undefined;
  };
  registerOwnSession(started.pid);
  started.on("error", lost);
  started.on("exit", lost);
  started.stdin?.on("error", lost);
  started.unref();
  return started;
}
