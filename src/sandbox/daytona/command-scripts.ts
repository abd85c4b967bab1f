import { headBytes, tailBytes } from "../bounded-output.ts";
import { COMMAND_OUTPUT_LIMIT } from "../sandbox.ts";
import { PLAIN_LOCALE, PRELUDE, quote } from "./shell.ts";

/**
 * A command runs in the sandbox by itself and leaves what it did in a directory of its own. So a request that breaks off
 * does not break it off, one that is repeated does not start it twice, and none has to stay open for as long as the
 * command takes.
 *
 * In that directory: `command`, `group` (id of its process group), `output`, and `code` (exit code, seconds) as soon as it
 * has ended. Where there was more output than is kept: `head`, `tail`, and `cut` (bytes of all of it).
 */

/** So much output on disk is cut down to its head and tail while the command still runs. */
const SPOOL_LIMIT = 16 * 1024 * 1024;
const HEAD = headBytes(COMMAND_OUTPUT_LIMIT);
const TAIL = tailBytes(COMMAND_OUTPUT_LIMIT);

/**
 * Runs the command of a directory in a process group of its own, stops it after a time, and leaves its exit code.
 * Arguments: directory, root, limit in seconds. The command inherits the environment, so that no variable of it must be
 * changed here: names begin with `_r_`.
 */
const SUPERVISE = `
cd "$2" || exit
_r_began=$(date +%s)
timeout -k 2 "$3" "$(command -v bash || command -v sh)" "$1/command" </dev/null >>"$1/output" 2>&1 &
_r_child=$!
echo "$_r_child" >"$1/group"
_r_size() { wc -c <"$1/output"; }
_r_shorten() {
  [ -e "$1/head" ] || head -c ${HEAD} "$1/output" >"$1/head"
  cat "$1/tail" "$1/output" | tail -c ${TAIL} >"$1/tail.new"
  mv "$1/tail.new" "$1/tail"
  echo $(($(cat "$1/cut" || echo 0) + $(_r_size "$1"))) >"$1/cut"
  : >"$1/output"
}
(
  trap _r_over=yes TERM
  until [ -n "$_r_over" ]; do
    sleep 1 &
    wait $!
    [ "$(_r_size "$1")" -le ${SPOOL_LIMIT} ] || _r_shorten "$1"
  done
) &
_r_watcher=$!
wait "$_r_child"
_r_code=$?
_r_took=$(($(date +%s) - _r_began))
case $_r_code in 124 | 137) [ "$_r_took" -lt "\${3%.*}" ] || kill -KILL "-$_r_child" ;; esac
# What it left in the background may still say something.
if kill -0 "-$_r_child"; then sleep 0.3; fi
kill "$_r_watcher"
wait "$_r_watcher"
if [ -e "$1/head" ] || [ "$(_r_size "$1")" -gt ${HEAD + TAIL} ]; then _r_shorten "$1"; fi
echo "$_r_code $_r_took" >"$1/code.new"
mv "$1/code.new" "$1/code"
# Nobody reads any more what the background says; it must not fill the disk.
while kill -0 "-$_r_child"; do
  sleep 5
  [ "$(_r_size "$1")" -le ${SPOOL_LIMIT} ] || : >"$1/output"
done
`;

/**
 * Starts the command unless it was started before, and answers nothing. Arguments as of the supervisor, and the command
 * where it is not in the directory already.
 */
const START = `
[ -d "$2" ] || fail gone
mkdir -p "\${1%/*}" && chmod 700 "\${1%/*}" || fail denied
mkdir -p "$1"
if mkdir "$1/started"; then
  [ -z "$4" ] || printf '%s\\n' "$4" >"$1/command"
  : >"$1/output"
  setsid sh -c ${quote(SUPERVISE)} command "$1" "$2" "$3" </dev/null >/dev/null 2>&1 &
fi
`;

/**
 * Waits for up to so many seconds. Answers `@running`, `@gone` where nothing is known of the command, or `@done`: then exit code and
 * seconds, bytes of output, head and tail of it in base64, a line each.
 * @param dir the command's directory
 */
function waiting(dir: string, seconds: number): string {
  return `
dir=${quote(dir)} step=0.02 end=$(($(date +%s) + ${seconds}))
until [ -e "$dir/code" ]; do
  [ -d "$dir" ] || fail gone
  [ "$(date +%s)" -le "$end" ] || fail running
  sleep "$step"
  case $step in 0.02) step=0.05 ;; 0.05) step=0.1 ;; *) step=0.2 ;; esac
done
encode() { base64 | tr -d '\\n'; echo; }
printf '@done\\n'
cat "$dir/code"
if [ -e "$dir/head" ]; then
  cat "$dir/cut"
  encode <"$dir/head"
  encode <"$dir/tail"
else
  wc -c <"$dir/output"
  encode <"$dir/output"
  echo
fi
`;
}

export interface RemoteCommand {
  /** Its directory. */
  readonly dir: string;
  /** Where it starts. */
  readonly root: string;
  readonly timeoutMs: number;
  /** Absent: it is in its directory already. */
  readonly text?: string;
}

/** Starts a command and waits for it, for up to so many seconds. */
export function startScript({ dir, root, timeoutMs, text = "" }: RemoteCommand, seconds: number): string {
  const words = [dir, root, String(timeoutMs / 1000), text].map(quote).join(" ");
  return `${PRELUDE}set -- ${words}\n${START}${PLAIN_LOCALE}${waiting(dir, seconds)}`;
}

/** Goes on waiting for a command. */
export function waitScript(dir: string, seconds: number): string {
  return `${PRELUDE}${PLAIN_LOCALE}${waiting(dir, seconds)}`;
}

/**
 * Stops the processes of commands: those whose directories match the unquoted pattern in `dirs`. First they are asked to
 * end, then they are killed. Then deletes the directory `clear`, where set.
 */
export const STOP = `${PRELUDE}
groups=$(cat $dirs/group)
alive() { for group in $groups; do kill -0 "-$group" && return 0; done; return 1; }
for group in $groups; do kill -TERM "-$group"; done
for step in 1 2 3 4 5 6 7 8 9 10; do alive || break; sleep 0.2; done
for group in $groups; do kill -KILL "-$group"; done
[ -z "$clear" ] || rm -rf "$clear"
printf '@ok\\n'
`;

/** What the scripts need: answers what of it is missing, or the path of `root` without links. */
export const CHECK = `${PRELUDE}
for program in base64 timeout setsid realpath stat find grep xargs sort head tail cut tr wc; do
  command -v "$program" >/dev/null || missing="$missing $program"
done
find / -maxdepth 0 -printf '' && echo | sort -z | head -z -n 1 >/dev/null || missing="$missing GNU-coreutils-and-findutils"
[ -z "$missing" ] || { printf '@missing\\n%s' "\${missing# }"; exit 0; }
printf '@ok\\n%s' "$(realpath -- "$root")"
`;
