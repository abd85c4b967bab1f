import { fstatSync, statSync } from "node:fs";
import { safeJson } from "../../shared/safe-json.ts";

/** The size of the terminal that shows standard output; `undefined` if there is none. */
export function terminalSize(): { readonly columns: number; readonly rows: number } | undefined {
  // Node's streams take as long to load as all the rest of a light command.
  if (!mayBeTerminal() || !process.stdout.isTTY) return undefined;
  const { columns, rows } = process.stdout;
  return { columns: columns || 80, rows: rows || 24 };
}

/** Whether standard output is a device other than `/dev/null`. */
function mayBeTerminal(): boolean {
  try {
    const output = fstatSync(1);
    return output.isCharacterDevice() && output.rdev !== statSync("/dev/null").rdev;
  } catch {
    return false;
  }
}

/** One line of JSON; characters that could change a terminal are escaped. */
export function safeJsonLine(value: unknown): string {
  return `${safeJson(JSON.stringify(value))}\n`;
}
