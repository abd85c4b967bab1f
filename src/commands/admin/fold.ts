import { cutToWidth, widthOf } from "../../shared/width.ts";

/** Lines that one text takes at most, however narrow the terminal is. */
const MAX_LINES = 12;
/** A name and its value stand beside each other if at least so many columns are left for the value. */
const MIN_VALUE = 32;
const INDENT = "  ";

/**
 * A text on as many lines as a terminal of this width needs; following lines are indented like the first one. A word that
 * is too long, such as an id, is cut visibly.
 * @param columns the width; absent: the text stays on its line
 */
export function fold(text: string, columns: number | undefined): string[] {
  if (columns === undefined || widthOf(text) <= columns) return [text];
  const body = text.trimStart();
  const indent = " ".repeat(Math.min(text.length - body.length, Math.floor(columns / 4)));
  return foldedTo(body, columns - indent.length).map((line) => `${indent}${line}`);
}

/** Lines as a text that a terminal of this width shows whole. @param columns as in {@link fold} */
export function foldedText(lines: readonly string[], columns: number | undefined): string {
  return lines.map((line) => `${fold(line, columns).join("\n")}\n`).join("");
}

/** A name and its value, beside each other where there is room, else below each other. */
export function foldPair(name: string, value: string, nameWidth: number, columns: number | undefined): string[] {
  const room = columns === undefined ? Infinity : columns - nameWidth - 1;
  if (widthOf(value) <= room) return [`${name.padEnd(nameWidth)} ${value}`];
  if (room < MIN_VALUE) return [...fold(name, columns), ...fold(`${INDENT}${value}`, columns)];
  return foldedTo(value, room).map((line, index) => `${(index === 0 ? name : "").padEnd(nameWidth)} ${line}`);
}

function foldedTo(text: string, columns: number): string[] {
  // What has no wide characters is broken at spaces only: half an id looks like an id.
  const words = text.split(" ").map((word) => (/^[\x21-\x7e]*$/.test(word) ? cutToWidth(word, columns) : word));
  const lines = Bun.wrapAnsi(words.join(" "), columns, { hard: true }).split("\n");
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES - 1), cutToWidth(`${lines[MAX_LINES - 1]} …`, columns)];
}
