import { printable } from "../shared/printable.ts";

/** Keys of a record that the line shows in places of their own, and ids that only machines look for. */
const NOT_SHOWN = new Set(["level", "time", "logger", "message", "workflowId", "runId", "activityId"]);

/**
 * One record as `<timestamp> - <logger> - <LEVEL> - <message>`, its fields behind it in brackets. A message of several
 * lines becomes as many complete lines: the Stigmer CLI merges logs by the timestamp at the start of each line, and a
 * line without one loses its place.
 */
export function formatText(record: Readonly<Record<string, unknown>>): string {
  const head = `${record["time"]} - ${record["logger"]} - ${String(record["level"]).toUpperCase()} - `;
  const fields = Object.entries(record).filter(([key, value]) => !NOT_SHOWN.has(key) && value !== undefined);
  const tail = fields.length === 0 ? "" : ` [${fields.map(([key, value]) => `${key}=${shown(value)}`).join(" ")}]`;
  const lines = printable(String(record["message"])).split("\n");
  return lines.map((line, index) => `${head}${line}${index === lines.length - 1 ? tail : ""}\n`).join("");
}

/** A value on one line, in quotes where it would not be clear where it ends. */
function shown(value: unknown): string {
  const text = printable(String(value));
  return /[\s"\]]/.test(text) ? JSON.stringify(text) : text;
}
