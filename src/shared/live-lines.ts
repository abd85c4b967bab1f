import { cutToWidth, widthOf } from "./width.ts";

/** ANSI sequence: go to the start of the line, the given number of lines up, and clear everything below. */
const clearLines = (count: number) => `\r${count > 1 ? `\u001b[${count - 1}A` : ""}\u001b[J`;

/** The frames of a spinner, one after the other every {@link FRAME_MS}. */
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
export const FRAME_MS = 100;

/** @param count how many frames were shown before */
export function spinnerFrame(count: number): string {
  return FRAMES[count % FRAMES.length] ?? "";
}

/** At most as many lines; the last one says how many more there are. */
export function bounded(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  if (most <= 0) return [];
  return [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more`];
}

/** The current size of the terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The last lines of a terminal, which are drawn again and again in the same place. */
export class LiveLines {
  readonly #write: (text: string) => void;
  readonly #size: () => TerminalSize;
  /** The widths of the drawn lines. */
  #drawn: readonly number[] = [];

  constructor(write: (text: string) => void, size: () => TerminalSize) {
    this.#write = write;
    this.#size = size;
  }

  /** Draws lines in place of the last ones. There must not be more than the terminal has rows. */
  draw(lines: readonly string[]): void {
    this.clear();
    const { columns } = this.#size();
    const shown = lines.map((line) => fitted(line, columns));
    this.#write(shown.join("\n"));
    this.#drawn = shown.map(widthOf);
  }

  /** Clears the lines, so that something else can be written. */
  clear(): void {
    if (this.#drawn.length === 0) return;
    // If the terminal has become narrower, it has wrapped lines.
    const { columns } = this.#size();
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(Math.ceil(width / columns), 1), 0);
    this.#write(clearLines(rows));
    this.#drawn = [];
  }
}

/** Cuts a line to the width: a wrapped line would take two rows, of which the next redraw would clear only one. */
function fitted(line: string, columns: number): string {
  if (widthOf(line) < columns) return line;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are control sequences
  return cutToWidth(line.replace(/\u001b\[[0-9;]*m/g, ""), Math.max(columns - 1, 1));
}
