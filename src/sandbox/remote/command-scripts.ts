import { TERMINATE_GRACE_MS } from "../../processes/index.ts";
import { headBytes, tailBytes } from "../bounded-output.ts";
import { COMMAND_OUTPUT_LIMIT } from "../sandbox.ts";
import { PLAIN_LOCALE, PRELUDE, quote } from "./shell.ts";

/**
 * A command runs detached from the request that starts it, and writes its result to a directory of its own. So a lost
 * request does not stop it, a repeated one does not start it twice, and no request stays open as long as the command
 * runs.
 *
 * The directory contains `command`, `environment` (until the command has read it), `supervisor` (a process id; or
 * `prevented`, if the command was stopped before it started), `group` (the id of the command's process group), `output`,
 * and after the end `code` (exit code, seconds, and `full` if the disk was full). If there was more output than is kept,
 * also `head`, `tail`, and `total` (bytes of the whole output).
 *
 * A start may be cut off anywhere, be slow, or be repeated while another one is under way. So each prepares a directory
 * `start.*` of its own and launches a supervisor. The first supervisor that creates the file `supervisor` runs the
 * command, the others end. Once that file exists, the command is never started again.
 *
 * What must not fail at the end gets its space on the disk at the start.
 */

/** While the command runs, output of this size on the disk is cut down to its head and tail. */
const SPOOL_LIMIT = 16 * 1024 * 1024;
/** Time between SIGTERM and SIGKILL at a command's time limit. */
const TERMINATE_GRACE_S = TERMINATE_GRACE_MS / 1000;
const HEAD = headBytes(COMMAND_OUTPUT_LIMIT);
const TAIL = tailBytes(COMMAND_OUTPUT_LIMIT);

/**
 * Defines `_r_overwrite`, which overwrites a file that was padded to 60 bytes in advance, so that it needs no new disk
 * space. `_r_` stands for runner.
 */
const OVERWRITE = `_r_overwrite() { printf '%-60s\\n' "$2" 1<>"$1"; }`;

/** Begins every supervisor: it ends if another one is first. Takes the arguments of {@link SUPERVISE}. */
export const CLAIM = `
${OVERWRITE}
_r_dir=$1 _r_start=$4
# Replaces a file as a whole: a shell reads byte by byte, and would otherwise see half of a number.
_r_replace_file() { _r_overwrite "$_r_start/$1" "$2" && mv "$_r_start/$1" "$_r_dir/$1"; }
_r_overwrite "$4/supervisor" $$
# A link appears with its content, and only if the name is free.
ln "$4/supervisor" "$1/supervisor" || { rm -rf "$4"; exit; }
for _r_text in command environment; do [ ! -e "$4/$_r_text" ] || mv "$4/$_r_text" "$1/$_r_text"; done
`;

/**
 * Runs a command in a process group of its own, stops it at its time limit, and writes its exit code. Arguments:
 * directory, root, limit in seconds, directory of the start. The command's environment does not affect the programs of
 * the supervisor. The command sees no variables of the supervisor: their names begin with `_r_`, and none is exported.
 */
const SUPERVISE = `${CLAIM}_r_began=$(date +%s)
_r_timeout=$(command -v timeout)
_r_shell=$(command -v bash || command -v sh)
(
  _r_refuse() { rm -f "$1/environment"; echo "The command was not run: $2"; exit 126; }
  # Its own process id, which becomes that of its process group. Stopping the command may depend on it.
  _r_group=$(exec sh -c 'echo "$PPID"')
  [ -n "$_r_group" ] && _r_replace_file group "$_r_group" 2>/dev/null || _r_refuse "$1" "$1 cannot be written."
  cd "$2" 2>/dev/null || _r_refuse "$1" "the directory $2 cannot be entered."
  _r_environment=$(cat "$1/environment")
  rm -f "$1/environment"
  # No variable of the environment can change these words.
  set -- "$_r_timeout" -k ${TERMINATE_GRACE_S} "$3" "$_r_shell" "$1/command"
  eval "$_r_environment"
  exec "$@"
) </dev/null >>"$1/output" 2>&1 &
_r_child=$!
_r_size() { wc -c <"$1/output"; }
_r_shorten() {
  [ -e "$1/head" ] || head -c ${HEAD} "$1/output" >"$1/head"
  cat "$1/tail" "$1/output" | tail -c ${TAIL} >"$1/tail.new"
  mv "$1/tail.new" "$1/tail"
  echo $(($(cat "$1/total" || echo 0) + $(_r_size "$1"))) >"$1/total"
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
# Its background processes may still write something.
if kill -0 "-$_r_child"; then sleep 0.3; fi
kill "$_r_watcher"
wait "$_r_watcher"
if [ -e "$1/head" ] || [ "$(_r_size "$1")" -gt ${HEAD + TAIL} ]; then _r_shorten "$1"; fi
_r_full=
head -c 8192 /dev/zero >"$1/probe" || _r_full=full
rm -f "$1/probe"
_r_replace_file code "$_r_code $_r_took $_r_full"
rm -rf "$4"
# Nothing reads the output of background processes from now on; it must not fill the disk.
while kill -0 "-$_r_child"; do
  sleep 5
  [ "$(_r_size "$1")" -le ${SPOOL_LIMIT} ] || : >"$1/output"
done
`;

/**
 * Starts the command unless it was started before. Arguments: the first three of the supervisor, then length and text
 * of the command and of its environment; the text is empty if it was uploaded. Prints only errors: `@gone` (the root),
 * `@denied`, `@full`.
 */
const starting = (supervise: string) => `
${OVERWRITE}
_r_dir=$1
# A text that was uploaded is in the command's directory already.
_r_write() {
  _r_file=$_r_dir/$1
  [ -e "$_r_file" ] || { _r_file=$_r_start/$1; printf %s "$3" >"$_r_file"; }
  [ "$(wc -c <"$_r_file")" -eq "$2" ]
}
_r_prepare() {
  _r_start=$(mktemp -d "$_r_dir/start.XXXXXX") || return
  _r_write command "$4" "$5" && _r_write environment "$6" "$7" || return
  for _r_place in supervisor group code; do _r_overwrite "$_r_start/$_r_place" "" || return; done
  true >>"$_r_dir/output"
}
_r_launch() {
  _r_problem=denied
  mkdir -p "\${1%/*}" && chmod 700 "\${1%/*}" || return
  _r_problem=full
  mkdir -p "$1" || return
  _r_problem=gone
  # A command may delete the root; the next one gets an empty one.
  [ -d "$2" ] || mkdir -p "$2" || return
  _r_problem=full
  _r_prepare "$@" || { rm -rf "$_r_start"; return 1; }
  setsid sh -c ${quote(supervise)} command "$1" "$2" "$3" "$_r_start" </dev/null >/dev/null 2>&1 &
}
# Another start may launch the command meanwhile, and the command may change what this one needs.
[ -e "$1/supervisor" ] || _r_launch "$@" || [ -e "$1/supervisor" ] || fail "$_r_problem"
`;

/**
 * Waits for the end of a command. Prints `@running` when the time is over, or `@starting` if the command must be
 * started again; `@forgotten` if the directory does not exist, `@lost` if the supervisor was killed, else `@done`. Behind
 * the latter two, a line each: exit code with seconds and `full`, bytes of output, head and tail of it in base64.
 */
function waiting(dir: string, waitMs: number): string {
  return `
dir=${quote(dir)} step=0.02 end=$(($(date +%s) + ${Math.ceil(waitMs / 1000)})) answer=@done
# Whether the supervisor has ended. The command line of a zombie is empty; that of another process does not contain the
# directory.
lost() {
  read -r supervisor <"$dir/supervisor" && [ -n "$supervisor" ] || return 1
  ! kill -0 "$supervisor" || { [ -r /proc/self/cmdline ] && ! grep -qxzF -e "$dir" "/proc/$supervisor/cmdline"; }
}
until [ -e "$dir/code" ]; do
  [ -d "$dir" ] || fail forgotten
  if lost && [ ! -e "$dir/code" ]; then answer=@lost; break; fi
  if [ "$(date +%s)" -gt "$end" ]; then
    [ -e "$dir/supervisor" ] && fail running
    fail starting
  fi
  sleep "$step"
  case $step in 0.02) step=0.05 ;; 0.05) step=0.1 ;; *) step=0.2 ;; esac
done
encode() { base64 | tr -d '\\n'; echo; }
echo "$answer"
cat "$dir/code" || echo
if [ -e "$dir/head" ]; then
  cat "$dir/total"
  encode <"$dir/head"
  encode <"$dir/tail"
else
  wc -c <"$dir/output"
  head -c ${HEAD + TAIL} "$dir/output" | encode
  echo
fi
`;
}

/** A text that a command needs in a file. */
export interface CommandText {
  readonly text: string;
  /** Whether it is in the command's directory already. */
  readonly isUploaded: boolean;
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

/** Starts a command, and waits for its end or for the time. */
export function startScript(command: RemoteCommand, waitMs: number): string {
  return `${launchScript(command, SUPERVISE)}${waiting(command.dir, waitMs)}`;
}

/** Launches a supervisor unless there is one. Goes on with `$1`, the command's directory. */
export function launchScript({ dir, root, timeoutMs, command, environment }: RemoteCommand, supervise: string): string {
  const texts = [command, environment].flatMap(({ text, isUploaded }) => [
    Buffer.byteLength(text),
    isUploaded ? "" : text,
  ]);
  const words = [dir, root, timeoutMs / 1000, ...texts].map((word) => quote(String(word))).join(" ");
  return `${PRELUDE}set -- ${words}\n${starting(supervise)}${PLAIN_LOCALE}`;
}

/** Waits for a command that was started before. */
export function waitScript(dir: string, waitMs: number): string {
  return `${PRELUDE}${PLAIN_LOCALE}${waiting(dir, waitMs)}`;
}

/** Prints the programs that are missing, or the path of `root` without links. */
export const CHECK = `${PRELUDE}
for program in base64 timeout setsid ln mktemp realpath stat find grep xargs sort head tail cut tr wc mkfifo dd; do
  command -v "$program" >/dev/null || missing="$missing $program"
done
find / -maxdepth 0 -printf '' && echo | sort -z | head -z -n 1 >/dev/null || missing="$missing GNU-coreutils-and-findutils"
[ -z "$missing" ] || { printf '@missing\\n%s' "\${missing# }"; exit 0; }
printf '@ok\\n%s' "$(realpath -- "$root")"
`;
