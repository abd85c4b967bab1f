/** A server with the tool `echo` that is a shell script: it is cheap, and every sandbox and every user can run it. */
import { ECHO, initializeResult } from "./messages.ts";

/** A call with this text gets no answer. */
export const HANG = "hang";

const SCRIPT = `
# Closes the message whose beginning is its argument with the id of the request, which is the last one in it.
answer() { id=\${line##*'"id":'}; printf '%s,"jsonrpc":"2.0","id":%s}\\n' "$1" "\${id%%[!0-9]*}"; }
serve() {
  while read -r line; do
    case $line in
      *'"method":"initialize"'*) answer ${quoted({ result: initializeResult() })} ;;
      *'"method":"tools/list"'*) answer ${quoted({ result: { tools: [ECHO] } })} ;;
      *'"text":"${HANG}"'*) [ -z "$RECORD" ] || echo "$line" >>"$RECORD" ;;
      *'"method":"tools/call"'*) answer ${quoted({ result: { content: [{ type: "text", text: "echo" }] } })} ;;
    esac
  done
}
`;

/** The beginning of an answer, without the brace that closes it. */
function quoted(message: object): string {
  return `'${JSON.stringify(message).slice(0, -1)}'`;
}

interface ShellServerOptions {
  /** A number that finds its processes: see `newMark`. */
  readonly mark: string;
  /** Whether it ignores SIGTERM and the end of its input, and has started a process that does so, too. */
  readonly isStubborn?: boolean;
}

/** What runs it. */
export function shellServer({ mark, isStubborn = false }: ShellServerOptions): { command: string; args: string[] } {
  const stubborn = `trap '' TERM; sleep ${mark} & serve; while :; do sleep 1; done`;
  return { command: "sh", args: ["-c", `${SCRIPT}${isStubborn ? stubborn : "serve"}`, mark] };
}
