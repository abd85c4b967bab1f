import { CLEANUP_LIMIT_MS, INPUT_END_GRACE_MS, type ProgramRequest } from "../program.ts";
import { launchScript, type RemoteCommand } from "./command-scripts.ts";
import { OUTPUT_PIECE, POKE, SUPERVISE_PROGRAM } from "./program-supervisor.ts";
import { exports, PLAIN_LOCALE, PRELUDE, quote } from "./shell.ts";
import { END, FIND } from "./stop-script.ts";

/** Pieces of input that wait for the program. At this number the runner has to wait. */
const INPUT_WINDOW = 4;
/** Pieces of output that one request brings. */
const PIECES_AT_ONCE = 16;
/** Bytes of output that one request brings at most. */
export const OUTPUT_AT_ONCE = PIECES_AT_ONCE * OUTPUT_PIECE;

type Variables = Readonly<Record<string, string>>;

/** What a supervisor runs, as the text `command`: lines of shell. */
export function programText({ command, args, workingDirectory, cleanup = "" }: ProgramRequest): string {
  const words = [command, ...args].map(quote).join(" ");
  return `_r_program=${quote(command)} _r_where=${quote(workingDirectory)} _r_cleanup=${quote(cleanup)}
_r_run() { exec "$_r_timeout" 0 "$_r_shell" -c "$_r_open" "$1" ${words}; }
`;
}

/** The text `environment`. @param common what commands see too @param own only the program */
export function environmentText(common: Variables, own: Variables): string {
  return `_r_common() {\n:\n${exports(common)}}\n_r_own() {\n:\n${exports(own)}}\n`;
}

/**
 * Defines `is_lost`: whether the supervisor was killed, or the machine was stopped, before the program's end was
 * recorded. The command line of another process does not contain the directory. A supervisor that ends while it is looked
 * for has recorded the end before.
 */
const IS_LOST = `
has_ended() { ! kill -0 "$1" || { [ -r /proc/self/cmdline ] && ! grep -qxzF -e "$dir" "/proc/$1/cmdline"; }; }
is_lost() {
  [ ! -e "$dir/code" ] && read -r supervisor <"$dir/supervisor" && [ -n "$supervisor" ] || return 1
  has_ended "$supervisor" && [ ! -e "$dir/code" ]
}
`;

/**
 * Starts a program unless it was started before. Prints `@started`, `@refused` with the reason, `@starting` if the time is
 * over, `@lost`, or an error of the launch.
 */
export function startProgramScript(program: RemoteCommand, waitMs: number): string {
  return `${launchScript(program, SUPERVISE_PROGRAM)}
dir=$1 end=$(($(date +%s) + ${Math.ceil(waitMs / 1000)}))
${IS_LOST}
until [ -e "$dir/started" ] || [ -e "$dir/code" ]; do
  [ -e "$dir/supervisor" ] || [ "$(date +%s)" -le "$end" ] || fail starting
  if is_lost; then fail lost; fi
  [ "$(date +%s)" -le "$end" ] || fail starting
  sleep 0.03
done
if [ -e "$dir/refused" ]; then printf '@refused\\n'; cat "$dir/refused"; exit; fi
fail started
`;
}

/**
 * Brings the piece `n` of the input: `size` bytes, in base64 in `data`, or if that is empty in the file `upload`. May be
 * repeated. Prints `@ok`, `@busy` (repeat it), `@closed`, `@incomplete` if the disk or the upload is to blame, or `@gone`.
 */
export const WRITE = `${PRELUDE}${PLAIN_LOCALE}${POKE}
[ -d "$dir/in" ] || fail gone
true >"$dir/alive"
left=$((wait_s * 10))
while :; do
  [ ! -e "$dir/in/broken" ] && [ ! -e "$dir/code" ] || fail closed
  read -r fed <"$dir/in/fed" || fed=0
  [ $((n - fed)) -gt ${INPUT_WINDOW} ] || break
  [ "$left" -gt 0 ] || fail busy
  left=$((left - 1))
  sleep 0.1
done
if [ "$n" -gt "$fed" ] && [ ! -e "$dir/in/$n" ]; then
  new=$(mktemp "$dir/in/new.XXXXXX") || fail incomplete
  if [ -n "$data" ]; then printf %s "$data" | base64 -d >"$new"; else cat "$upload" >"$new"; fi
  [ "$(wc -c <"$new")" -eq "$size" ] || { rm -f "$new"; fail incomplete; }
  mv "$new" "$dir/in/$n"
fi
[ -z "$upload" ] || rm -f "$upload"
_r_poke "$dir/wake"
fail ok
`;

/** Says that no more input follows. */
export const CLOSE_INPUT = `${PRELUDE}${POKE}
[ -d "$dir/in" ] || fail gone
true >"$dir/in/end"
_r_poke "$dir/wake"
fail ok
`;

/**
 * Waits for output, or for the end, and for `wait_s` seconds at most. The pieces before `next` are deleted; without
 * `take`, output does not count. Prints `@gone`; `@lost`; or `@ok`, then a line each: the exit code, unless `knows_code`;
 * how many pieces follow; `end` if they are the last ones; `full` if the disk was; the pieces, in base64; with the exit
 * code, the tail of standard error, in base64.
 */
export const POLL = `${PRELUDE}${PLAIN_LOCALE}${POKE}${IS_LOST}
[ -d "$dir/out" ] || fail gone
true >"$dir/alive"
for piece in "$dir"/out/*; do
  number=\${piece##*/}
  case $number in *[!0-9]*) continue ;; esac
  [ "$number" -ge "$next" ] || rm -f "$piece"
done
[ ! -e "$dir/crowded" ] || _r_poke "$dir/room"
is_ready() {
  [ -e "$dir/code" ] && [ -z "$knows_code" ] && return
  [ -n "$take" ] && { [ -e "$dir/out/$next" ] || [ -e "$dir/out/$next.end" ]; }
}
# Its own pipe, opened before it looks: what comes later wakes it, and no request that was lost wakes in its place.
code= answer=
pipe=$dir/waiting/$$
rm -f "$pipe"
mkfifo "$pipe" && command exec 3<>"$pipe" || fail gone
is_ready || is_lost || timeout "$wait_s" head -c 1 <&3 >/dev/null
rm -f "$pipe"
is_ready || ! is_lost || answer=@lost
echo "\${answer:-@ok}"
[ -e "$dir/code" ] && [ -z "$knows_code" ] && code=$(cat "$dir/code")
set --
end=
while [ -n "$take" ] && [ "$#" -lt ${PIECES_AT_ONCE} ] && [ -e "$dir/out/$next" ]; do
  set -- "$@" "$dir/out/$next"
  next=$((next + 1))
done
[ -n "$take" ] && [ -e "$dir/out/$next.end" ] && end=end
echo $code
echo "$#"
echo "$end"
[ -e "$dir/full" ] && echo full || echo
[ "$#" = 0 ] || cat "$@" | base64 | tr -d '\\n'
echo
[ -z "$code" ] && [ -z "$answer" ] || base64 <"$dir/error" | tr -d '\\n'
`;

/**
 * Ends a program: its input, then SIGTERM, then SIGKILL. Waits for its cleanup, and ends whatever is left of its session.
 * A start that arrives later does nothing. Prints `@ok`, and a line each: the exit code, and the tail of standard error.
 */
export const STOP_PROGRAM = `${PRELUDE}${PLAIN_LOCALE}${POKE}
mkdir -p "$dir"
(set -C; echo prevented >"$dir/supervisor")
true >"$dir/alive"
true >"$dir/in/end"
_r_poke "$dir/wake"
# Arguments: a file, and for how many tenths of a second to wait for it.
await() {
  left=$2
  until [ -e "$dir/$1" ] || [ "$left" -le 0 ]; do left=$((left - 1)); sleep 0.1; done
  [ -e "$dir/$1" ]
}
if [ -e "$dir/group" ] && read -r group <"$dir/group"; then
  await code ${INPUT_END_GRACE_MS / 100} || kill -TERM "-$group"
  await code 20 || kill -KILL "-$group"
  await code 10 && await cleaned ${CLEANUP_LIMIT_MS / 100}
fi
${FIND}
find_supervisors "$dir"
read_records "$dir"
${END}
echo @ok
cat "$dir/code" || echo
base64 <"$dir/error" | tr -d '\\n'
`;
