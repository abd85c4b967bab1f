import { printable } from "../../shared/printable.ts";
import { wellFormed } from "../../shared/text.ts";

/** Maximum length of a tool's name that providers accept. */
const NAME_LIMIT = 64;
/** Maximum length of a name from outside in a text. */
const SHOWN_LIMIT = 80;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** A name that providers accept in a conversation, and that the agent library routes to a tool. */
export function acceptableName(name: string): string {
  const plain = name.slice(0, NAME_LIMIT).replace(/[^A-Za-z0-9_-]/g, "_");
  // The library takes calls with this prefix for structured output, and ends the run.
  return plain.replace(/^extract-/, "extract_") || "unnamed";
}

/** A name from outside for a text: short, and without control characters. */
export function shownName(name: string): string {
  if (name === "") return "(no name)";
  const short = name.length > SHOWN_LIMIT ? `${name.slice(0, SHOWN_LIMIT)}…` : name;
  return printable(wellFormed(short)).replace(/\s/g, " ");
}

/** The call's own id, if no other call has it and providers accept it; otherwise a new one. */
export function uniqueId(id: string | undefined, taken: ReadonlySet<string>): string {
  return id !== undefined && ID.test(id) && !taken.has(id) ? id : `call_${crypto.randomUUID().replaceAll("-", "")}`;
}
