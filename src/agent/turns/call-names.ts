import { printable } from "../../shared/printable.ts";
import { wellFormed } from "../../shared/text.ts";

/** Longest name that providers accept for a tool in a conversation. */
const NAME_LIMIT = 64;
/** Longest foreign name that is shown in a text. */
const SHOWN_LIMIT = 80;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** A name that providers accept when the conversation is sent back to them, and that the agent library routes to a tool. */
export function acceptableName(name: string): string {
  const plain = name.slice(0, NAME_LIMIT).replace(/[^A-Za-z0-9_-]/g, "_");
  // The library takes calls with this prefix for answers of a form, and ends the run.
  return plain.replace(/^extract-/, "extract_") || "unnamed";
}

/** A name from outside in a text: short, and without control characters. */
export function shownName(name: string): string {
  if (name === "") return "(no name)";
  const short = name.length > SHOWN_LIMIT ? `${name.slice(0, SHOWN_LIMIT)}…` : name;
  return printable(wellFormed(short)).replace(/\s/g, " ");
}

/** The call's own id where it can stand for it: no other call has it, and providers accept it. */
export function uniqueId(id: string | undefined, taken: ReadonlySet<string>): string {
  return id !== undefined && ID.test(id) && !taken.has(id) ? id : `call_${crypto.randomUUID().replaceAll("-", "")}`;
}
