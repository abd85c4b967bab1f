import { isatty } from "node:tty";
import { safeJson } from "../../shared/safe-json.ts";

/** The size of the terminal that shows standard output; `undefined` if there is none. Node's streams are slow to load. */
export function terminalSize(): { readonly columns: number; readonly rows: number } | undefined {
  if (!isatty(1)) return undefined;
  const { columns, rows } = process.stdout;
  return { columns: columns || 80, rows: rows || 24 };
}

/** One line of JSON; characters that could change a terminal are escaped. */
export function safeJsonLine(value: unknown): string {
  return `${safeJson(JSON.stringify(value))}\n`;
}
