import { TERMINATE_GRACE_MS } from "../../processes/index.ts";
import { CLEANUP_LIMIT_MS, ERROR_TAIL_LIMIT } from "../program.ts";
import { CLAIM } from "./command-scripts.ts";
import { LOOK } from "./stop-script.ts";

/**
 * A program with open pipes runs detached, as commands do, with a supervisor and a directory of its own. Its streams are
 * numbered files there, so that a request that is lost or repeated neither loses bytes nor brings them twice:
 *
 * - `in/<n>`: the n-th piece of its input, until `feed` has passed it on. `in/fed` is the number of the last one that was.
 *   `in/end` says that no more follow; `in/broken`, that the program does not read any more.
 * - `out/<n>`: the n-th piece of its output, until the runner says that it has it. `out/<n>.end` takes the place of the
 *   piece after the last one.
 * - `error`: the tail of its standard error.
 * - `code`: its exit code, once it has ended; `refused`: why it was not started; `full`: the disk was full.
 * - `alive`: the runner was here. Without it for a while, the program is ended.
 *
 * Nobody polls. `wake`, `room` and `waiting/*` are named pipes: a byte in one of them wakes who waits for input, for room
 * for output, and for output or the end. They are opened for reading and writing, so that opening them never blocks.
 */

/** Pieces of output that wait for the runner. At this number the program is not read from, so it has to wait. */
const OUTPUT_WINDOW = 64;
/** Maximum size of a piece of output. */
export const OUTPUT_PIECE = 65_536;
/** How often the supervisor looks whether the runner is still there. */
export const WATCH_S = 10;

/** Wakes who waits at a named pipe. Arguments: their paths. */
export const POKE = `_r_poke() { for _r_pipe; do [ ! -p "$_r_pipe" ] || echo 1<>"$_r_pipe"; done; }`;

const FEED = `
_r_feed() {
  command exec 3<>"$1/wake"
  _r_n=1
  while :; do
    if [ -e "$1/in/$_r_n" ]; then
      cat "$1/in/$_r_n" || { true >"$1/in/broken"; exit; }
      # Before the piece is gone: a repeated request must not bring it again.
      echo "$_r_n" 1<>"$1/in/fed"
      rm -f "$1/in/$_r_n"
      _r_n=$((_r_n + 1))
    elif [ -e "$1/in/end" ]; then exit
    else read -r _r_byte <&3 || exit
    fi
  done
}
`;

const COLLECT = `
_r_collect() {
  command exec 3<>"$1/room"
  _r_n=1
  while dd bs=${OUTPUT_PIECE} count=1 of="$1/out/new" || { true >"$1/full"; kill -KILL "-$(cat "$1/group")"; false; }; do
    [ -s "$1/out/new" ] || break
    mv "$1/out/new" "$1/out/$_r_n"
    _r_poke "$1"/waiting/*
    _r_n=$((_r_n + 1))
    while [ -e "$1/out/$((_r_n - ${OUTPUT_WINDOW}))" ]; do
      true >"$1/crowded"
      # It may have been taken meanwhile, by someone who did not know that anybody waits.
      [ ! -e "$1/out/$((_r_n - ${OUTPUT_WINDOW}))" ] || read -r _r_byte <&3
    done
    [ ! -e "$1/crowded" ] || rm -f "$1/crowded"
  done
  true >"$1/out/$_r_n.end"
  _r_poke "$1"/waiting/*
}
# Standard error is read as fast as these programs start, so a flood slows the program down.
_r_keep_tail() {
  while dd bs=${OUTPUT_PIECE} count=1 of="$1/error.new" && [ -s "$1/error.new" ]; do
    cat "$1/error" "$1/error.new" | tail -c ${ERROR_TAIL_LIMIT} >"$1/error.next"
    mv "$1/error.next" "$1/error"
  done
  true >"$1/error.end"
  cat >/dev/null
}
`;

/** Ends the program if the runner is gone. */
const WATCH = `
_r_watch() {
  _r_idle=0
  while [ "$_r_idle" -lt "$2" ] && [ -d "$1" ]; do
    sleep ${WATCH_S}
    if [ -e "$1/alive" ]; then
      rm -f "$1/alive"
      _r_idle=0
    else _r_idle=$((_r_idle + 1))
    fi
  done
  true >"$1/abandoned"
  kill -TERM "-$3"
  sleep ${TERMINATE_GRACE_MS / 1000}
  kill -KILL "-$3"
  _r_left=${(2 * CLEANUP_LIMIT_MS) / 1000}
  until [ -e "$1/cleaned" ] || [ ! -d "$1" ] || [ "$_r_left" = 0 ]; do _r_left=$((_r_left - 1)); sleep 1; done
  sessions=$$ groups_on_record=
  ${LOOK}
  look
  rm -rf "$1"
  for _r_group in $groups; do [ "$_r_group" = $$ ] || kill -KILL "-$_r_group"; done
  kill -KILL 0
}
`;

/**
 * Runs a program. Arguments: directory, root, how often it looks in vain for the runner, directory of the start. The texts
 * `command` and `environment` are lines of shell that set `_r_program` and `_r_where` (the working directory) and define
 * `_r_run`, `_r_clean`, `_r_common` and `_r_own` (which export variables): nothing of it is in an argument of a process.
 */
export const SUPERVISE_PROGRAM = `${CLAIM}
${POKE}${FEED}${COLLECT}${WATCH}
_r_finds() {
  case $1 in */*) [ -f "$1" ] && [ -x "$1" ]; return ;; esac
  set -f
  IFS=:
  for _r_path in $PATH; do [ -f "\${_r_path:-.}/$1" ] && [ -x "\${_r_path:-.}/$1" ] && { unset IFS; set +f; return; }; done
  return 1
}
_r_timeout=$(command -v timeout) _r_shell=$(command -v sh)
# Only the program has its pipes: whoever reads them learns when it closes one. $0 is the directory.
_r_open='exec "$@" <"$0/stdin" >"$0/stdout" 2>"$0/stderr"'
_r_command=$(cat "$1/command") _r_environment=$(cat "$1/environment")
rm -f "$1/command" "$1/environment"
mkdir "$1/in" "$1/out" "$1/waiting"
mkfifo "$1/wake" "$1/room" "$1/stdin" "$1/stdout" "$1/stderr" || true >"$1/full"
_r_feed "$1" </dev/null >"$1/stdin" &
_r_readers=$!
_r_collect "$1" <"$1/stdout" >/dev/null &
_r_readers="$_r_readers $!"
_r_keep_tail "$1" <"$1/stderr" >/dev/null &
_r_readers="$_r_readers $!"
(
  _r_refuse() { _r_replace_file refused "$1"; exit 126; }
  _r_group=$(exec sh -c 'echo "$PPID"')
  [ -n "$_r_group" ] && _r_replace_file group "$_r_group" || _r_refuse full
  eval "$_r_environment"
  eval "$_r_command"
  _r_common
  _r_own
  cd "$2" || _r_refuse no-directory
  [ -z "$_r_where" ] || [ -e "$_r_where" ] || _r_refuse no-directory
  [ -z "$_r_where" ] || cd "$_r_where" || _r_refuse not-a-directory
  _r_finds "$_r_program" || _r_refuse no-program
  true >"$1/started"
  _r_run "$1"
) </dev/null >/dev/null 2>&1 &
_r_child=$!
_r_watch "$1" "$3" "$_r_child" &
_r_watcher=$!
wait "$_r_child"
_r_code=$?
# Nobody will open the other ends of the pipes.
if [ ! -e "$1/started" ]; then
  kill $_r_readers
  true >"$1/out/1.end"
  true >"$1/error.end"
fi
true >"$1/in/end"
_r_poke "$1/wake"
# What it has started may keep its standard error open forever.
_r_left=10
until [ -e "$1/error.end" ] || [ "$_r_left" = 0 ]; do _r_left=$((_r_left - 1)); sleep 0.03; done
_r_replace_file code "$_r_code"
_r_poke "$1"/waiting/*
(
  eval "$_r_environment"
  eval "$_r_command"
  [ -n "$_r_cleanup" ] && cd "$2" && { _r_common; true; } && exec "$_r_timeout" ${CLEANUP_LIMIT_MS / 1000} sh -c "$_r_cleanup"
) </dev/null >/dev/null 2>&1
true >"$1/cleaned"
rm -rf "$4"
# The supervisor stays as long as there are background processes, so that they are found.
until [ -e "$1"/out/*.end ] && ! kill -0 "-$_r_child"; do sleep 5; [ -d "$1" ] || break; done
kill "$_r_watcher"
[ ! -e "$1/abandoned" ] || rm -rf "$1"
`;
