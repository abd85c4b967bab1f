import { printable } from "../../shared/printable.ts";
import { headOfWords } from "../../shared/text.ts";

/** Characters of what one server says about its tools, and of what all servers of an agent say: they cost tokens each turn. */
const SERVER_LIMIT = 2_000;
const TOTAL_LIMIT = 8_000;
/** Longer texts are cut before they are processed. */
const READ_LIMIT = 20_000;

/** What a server says about the use of its tools. */
export interface ServerInstructions {
  readonly name: string;
  /** Without secrets and invisible characters; empty if it says nothing. */
  readonly text: string;
}

interface Selected {
  readonly instructions: readonly ServerInstructions[];
  /** What is missing in them, each as a sentence. */
  readonly notices: readonly string[];
}

/** What the agent is told of its servers' instructions. */
export function selectInstructions(
  servers: readonly { readonly name: string; readonly instructions: string }[],
  mask: (text: string) => string,
): Selected {
  const instructions: ServerInstructions[] = [];
  const notices: string[] = [];
  let left = TOTAL_LIMIT;
  for (const { name, instructions: full } of servers) {
    const whole = printable(mask(headOfWords(full, READ_LIMIT))).trim();
    const text = headOfWords(whole, Math.min(SERVER_LIMIT, left)).trim();
    left -= text.length;
    if (text.length < whole.length)
      notices.push(
        `The instructions of the MCP server ${JSON.stringify(name)} are longer than the agent can be given (${SERVER_LIMIT} characters of a server, ${TOTAL_LIMIT} of all): ${text === "" ? "they are left out" : `only the first ${text.length} characters are used`}.`,
      );
    if (text !== "") instructions.push({ name, text });
  }
  return { instructions, notices };
}
