import { headBytes, tailBytes } from "../bounded-output.ts";
import { COMMAND_OUTPUT_LIMIT } from "../sandbox.ts";
import { PLAIN_LOCALE, PRELUDE, quote } from "./shell.ts";

/**
 * A command runs in the sandbox by itself and leaves what it did in a directory of its own. So a request that breaks off
 * does not break it off, one that is repeated does not start it twice, and none has to stay open for as long as the
 * command takes.
 *
 * In that directory: `command`, `environment` (until the command has it), `supervisor` (a process id), `group` (id of the
 * command's process group), `output`, and `code` (exit code, seconds, `full` where the disk was) as soon as it has ended.
 * Where there was more output than is kept: `head`, `tail`, and `cut` (bytes of all of it). What must not fail at the end
 * has its place on the disk from the start.
 */

/** So much output on disk is cut down to its head and tail while the command still runs. */
const SPOOL_LIMIT = 16 * 1024 * 1024;
const HEAD = headBytes(COMMAND_OUTPUT_LIMIT);
const TAIL = tailBytes(COMMAND_OUTPUT_LIMIT);

/**
 * Sets `_r_put`, which overwrites the place that a short text has, and `_r_tell`, which does so with the place beside a
 * file and then moves it there: a shell reads byte by byte, and would see half of a number that is just being written.
 */
const PUT = `_r_put() { printf '%-60s\\n' "$2" 1<>"$1"; }
_r_tell() { _r_put "$1.new" "$2" && mv "$1.new" "$1"; }`;

/**
 * Runs the command of a directory in a process group of its own, stops it after a time, and leaves its exit code.
 * Arguments: directory, root, limit in seconds. The command's environment does not reach the programs that look after it,
 * and theirs does not reach the command: names begin with `_r_`, and nothing is exported.
 */
const SUPERVISE = `
${PUT}
_r_tell "$1/supervisor" $$
cd "$2" || exit
_r_began=$(date +%s)
_r_timeout=$(command -v timeout)
_r_shell=$(command -v bash || command -v sh)
(
  _r_environment=$(cat "$1/environment")
  rm -f "$1/environment"
  eval "$_r_environment"
  exec "$_r_timeout" -k 2 "$3" "$_r_shell" "$1/command"
) </dev/null >>"$1/output" 2>&1 &
_r_child=$!
_r_tell "$1/group" "$_r_child"
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
_r_full=
head -c 8192 /dev/zero >"$1/probe" || _r_full=full
rm -f "$1/probe"
_r_tell "$1/code" "$_r_code $_r_took $_r_full"
# Nobody reads any more what the background says; it must not fill the disk.
while kill -0 "-$_r_child"; do
  sleep 5
  [ "$(_r_size "$1")" -le ${SPOOL_LIMIT} ] || : >"$1/output"
done
`;

/**
 * Starts the command unless it was started before. Arguments as of the supervisor, then bytes and text of the command and of
 * its environment, where they are not in the directory already. Answers only where it cannot: `@gone` (the root), `@denied`,
 * `@full`.
 */
const START = `
${PUT}
_r_dir=$1
# The next attempt begins anew.
_r_full() { rmdir "$_r_dir/started"; fail full; }
_r_write() {
  [ -e "$1" ] || printf %s "$3" >"$1" || _r_full
  [ "$(wc -c <"$1")" -eq "$2" ] || _r_full
}
# A command may delete where it works; the next one finds it empty.
[ -d "$2" ] || mkdir -p "$2" || fail gone
mkdir -p "\${1%/*}" && chmod 700 "\${1%/*}" || fail denied
mkdir -p "$1" || fail full
if mkdir "$1/started"; then
  _r_write "$1/command" "$4" "$5"
  _r_write "$1/environment" "$6" "$7"
  for _r_place in supervisor.new group.new code.new; do _r_put "$1/$_r_place" "" || _r_full; done
  : >"$1/output" || _r_full
  setsid sh -c ${quote(SUPERVISE)} command "$1" "$2" "$3" </dev/null >/dev/null 2>&1 &
fi
`;

/**
 * Waits for up to so many seconds. Answers `@running`; `@forgotten` where nothing is known of the command; or `@done`, and
 * `@lost` where its supervisor is gone: then exit code, seconds and `full`, bytes of output, head and tail of it in base64, a
 * line each.
 * @param dir the command's directory
 */
function waiting(dir: string, seconds: number): string {
  return `
dir=${quote(dir)} step=0.02 end=$(($(date +%s) + ${seconds})) word=@done
# Not there any more, or only its entry in the table of processes is.
left() {
  read -r supervisor _ <"$dir/supervisor" && [ -n "$supervisor" ] || return 1
  ! kill -0 "$supervisor" || grep -q '^State:.*Z' "/proc/$supervisor/status"
}
until [ -e "$dir/code" ]; do
  [ -d "$dir" ] || fail forgotten
  if left && [ ! -e "$dir/code" ]; then word=@lost; break; fi
  [ "$(date +%s)" -le "$end" ] || fail running
  sleep "$step"
  case $step in 0.02) step=0.05 ;; 0.05) step=0.1 ;; *) step=0.2 ;; esac
done
encode() { base64 | tr -d '\\n'; echo; }
echo "$word"
cat "$dir/code" || echo
if [ -e "$dir/head" ]; then
  cat "$dir/cut"
  encode <"$dir/head"
  encode <"$dir/tail"
else
  wc -c <"$dir/output"
  head -c ${HEAD + TAIL} "$dir/output" | encode
  echo
fi
`;
}

/** A text that a command needs. */
export interface CommandText {
  readonly text: string;
  /** Whether it is in the command's directory already. */
  readonly isThere: boolean;
}

export interface RemoteCommand {
  /** Its directory. */
  readonly dir: string;
  /** Where it starts. */
  readonly root: string;
  readonly timeoutMs: number;
  readonly command: CommandText;
  /** Lines of shell that export variables. */
  readonly environment: CommandText;
}

/** Starts a command and waits for it, for up to so many seconds. */
export function startScript({ dir, root, timeoutMs, command, environment }: RemoteCommand, seconds: number): string {
  const texts = [command, environment].flatMap(({ text, isThere }) => [Buffer.byteLength(text), isThere ? "" : text]);
  const words = [dir, root, timeoutMs / 1000, ...texts].map((word) => quote(String(word))).join(" ");
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
