import { boundaryBefore } from "../shared/graphemes.ts";
import { cutMiddle, wellFormed } from "../shared/text.ts";
import { ARGUMENT_DEPTH, ARGUMENT_ENTRIES, ARGUMENT_LIMIT, NAME_LIMIT, RESULT_LIMIT } from "./limits.ts";

/** A result as the status shows it. A cut text says so, and where the whole result is. */
export function boundedResult(text: string, keptAt: string | undefined): string {
  const location = keptAt === undefined ? "" : `; the whole result is in ${keptAt}`;
  return wellFormed(cutMiddle(text, RESULT_LIMIT, (cut) => `\n[… ${cut} characters cut${location} …]\n`).text);
}

/** The name or the id of a call, which a model can choose freely, within its limit. */
export function boundedName(name: string): string {
  return wellFormed(name.length > NAME_LIMIT ? `${headOf(name, NAME_LIMIT)}…` : name);
}

/** Arguments of a call as JSON, with long texts, long lists and deep nesting cut. */
export function boundedArguments(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return bounded(args, 0) as Record<string, unknown>;
}

function bounded(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
      return wellFormed(cutMiddle(value, ARGUMENT_LIMIT, (cut) => ` [… ${cut} characters cut …] `).text);
    case "number":
      // JSON has neither NaN nor infinity.
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "object":
      return value === null ? null : boundedObject(value, depth);
    default:
      return value === undefined ? null : String(value);
  }
}

function boundedObject(value: object, depth: number): unknown {
  if (depth >= ARGUMENT_DEPTH) return "[… nested too deeply …]";
  if (Array.isArray(value)) {
    const kept = value.slice(0, ARGUMENT_ENTRIES).map((item) => bounded(item, depth + 1));
    return value.length > kept.length ? [...kept, `[… ${value.length - kept.length} entries cut …]`] : kept;
  }
  const entries = Object.entries(value);
  const kept = entries
    .slice(0, ARGUMENT_ENTRIES)
    .map(([key, item]) => [wellFormed(headOf(key, ARGUMENT_LIMIT)), bounded(item, depth + 1)]);
  if (entries.length > kept.length) kept.push(["…", `[… ${entries.length - kept.length} entries cut …]`]);
  return Object.fromEntries(kept);
}

function headOf(text: string, limit: number): string {
  return text.slice(0, boundaryBefore(text, limit));
}
