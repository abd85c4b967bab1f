import { isatty } from "node:tty";

/** The size of the terminal that shows standard output; `undefined` if there is none. Node's streams are slow to load. */
export function terminalSize(): { readonly columns: number; readonly rows: number } | undefined {
  if (!isatty(1)) return undefined;
  const { columns, rows } = process.stdout;
  return { columns: columns || 80, rows: rows || 24 };
}

/** One line of JSON; characters that could change a terminal are escaped. */
export function safeJsonLine(value: unknown): string {
  const escaped = (character: string) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join("");
  return `${JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, escaped)}\n`;
}
