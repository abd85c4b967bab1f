import { type ChildProcess, spawn } from "node:child_process";
import { MARK, PROCESS_MARK } from "./marks.ts";

/**
 * Is told of every process group, and kills those that are left at the end of its standard input, which comes also when
 * this process is killed. Then those that carry its mark, where the system shows it: more than once, because a process
 * that is just becoming another program shows nothing.
 */
const SCRIPT = `
groups=
while read -r what group; do
  rest=
  for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done
  groups=$rest
  [ "$what" = drop ] || groups="$groups $group"
done
exec 2>/dev/null
for group in $groups; do kill -KILL "-$group"; done
for sweep in 1 2 3 4 5; do
  for file in $(grep -l "${MARK}=$1" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}"
  done
  sleep 0.2
done
`;

let child: ChildProcess | undefined;

/** Sees to it that commands end with this process, whatever becomes of it. Begins with the first command. */
export const keeper = {
  add(group: number): void {
    child ??= start();
    child.stdin?.write(`add ${group}\n`);
  },
  drop(group: number): void {
    child?.stdin?.write(`drop ${group}\n`);
  },
};

function start(): ChildProcess {
  // A session of its own: Ctrl-C at the terminal is not meant for it.
  const started = spawn("/bin/sh", ["-c", SCRIPT, "sh", PROCESS_MARK], {
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
  });
  const lost = () => {
    if (child === started) child = undefined;
  };
  started.on("error", lost);
  started.on("exit", lost);
  started.stdin?.on("error", lost);
  started.unref();
  return started;
}
