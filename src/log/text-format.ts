import { printable } from "../shared/printable.ts";

/** Keys that the line shows elsewhere, and ids that only machines need. */
const NOT_SHOWN = new Set(["level", "time", "logger", "message", "threadId", "workflowId", "runId", "activityId"]);

/**
 * Formats a record as `<timestamp> - <logger> - <LEVEL> - <message>`, followed by its fields in brackets. Each line of a
 * multi-line message becomes a complete line: the Stigmer CLI merges logs by the timestamp at the start of each line.
 */
export function formatText(record: Readonly<Record<string, unknown>>): string {
  const head = `${record["time"]} - ${record["logger"]} - ${String(record["level"]).toUpperCase()} - `;
  const fields = Object.entries(record).filter(([key, value]) => !NOT_SHOWN.has(key) && value !== undefined);
  const tail = fields.length === 0 ? "" : ` [${fields.map(([key, value]) => `${key}=${shown(value)}`).join(" ")}]`;
  const lines = printable(String(record["message"])).split("\n");
  return lines.map((line, index) => `${head}${line}${index === lines.length - 1 ? tail : ""}\n`).join("");
}

/** A value on one line, quoted if its end would be ambiguous. */
function shown(value: unknown): string {
  const text = printable(String(value));
  return /[\s"\]]/.test(text) ? JSON.stringify(text) : text;
}
