import { LOG_FIELDS } from "../../src/log/log-fields.ts";

/** The table of the fields that a line of the log can have. */
export function logFieldsTable(): string {
  const rows = Object.entries(LOG_FIELDS).map(([name, { type, about }]) => `| \`${name}\` | ${type} | ${about} |`);
  return ["| field | type | what it is |", "|---|---|---|", ...rows].join("\n");
}
