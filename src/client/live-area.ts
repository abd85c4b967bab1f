import type pc from "picocolors";
import { humanDuration } from "../shared/time.ts";
import { cutToWidth, widthOf } from "../shared/width.ts";
import { shownLabel, todoLines } from "./format.ts";
import type { Activity } from "./progress.ts";
import type { Write } from "./view.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;
/** The to-do list leaves at least this share of the rows to running calls. */
const RUNNING_SHARE = 2 / 3;
/** Minimum width of a label, even on a narrow terminal. */
const MIN_LABEL_WIDTH = 8;
/** ANSI sequence: go to the start of the line, the given number of lines up, and clear everything below. */
const clearLines = (count: number) => `\r${count > 1 ? `\u001b[${count - 1}A` : ""}\u001b[J`;

/** The current size of the terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The last lines of the terminal, redrawn periodically: running calls, or that the model is thinking. */
export class LiveArea {
  readonly #write: Write;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #size: () => TerminalSize;
  #activity: Activity | undefined;
  #since = Date.now();
  /** The widths of the drawn lines. */
  #drawn: readonly number[] = [];
  #frame = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(write: Write, colors: ReturnType<typeof pc.createColors>, size: () => TerminalSize) {
    this.#write = write;
    this.#colors = colors;
    this.#size = size;
  }

  show(activity: Activity): void {
    if (this.#activity === undefined || this.#activity.running.length > 0 !== activity.running.length > 0)
      this.#since = Date.now();
    this.#activity = activity;
    this.#timer ??= setInterval(() => {
      this.#frame++;
      this.#draw();
    }, FRAME_MS);
    this.#draw();
  }

  /**
   * Clears the lines, so that something else can be written.
   * @returns the function that draws them again if they were shown
   */
  hide(): () => void {
    const activity = this.#timer === undefined ? undefined : this.#activity;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
    return () => {
      if (activity !== undefined) this.show(activity);
    };
  }

  #draw(): void {
    if (this.#activity === undefined) return;
    this.#clear();
    const { columns, rows } = this.#size();
    const lines = this.#lines(this.#activity, Math.max(rows - 1, 1), columns).map((line) =>
      this.#fitted(line, columns),
    );
    this.#write(lines.join("\n"));
    this.#drawn = lines.map(widthOf);
  }

  /** The lines, at most as many as the terminal has rows: others would scroll away and could not be cleared. */
  #lines({ running, todos }: Activity, most: number, columns: number): string[] {
    const spinner = this.#colors.cyan(FRAMES[this.#frame % FRAMES.length] ?? "");
    const now = Date.now();
    const line = (what: string, since: number) => {
      const took = humanDuration(Math.max(now - since, 0));
      // The spinner, the spaces and one free column.
      const room = columns - widthOf(took) - 4;
      return `${spinner} ${cutToWidth(what, Math.max(room, MIN_LABEL_WIDTH))} ${this.#colors.dim(took)}`;
    };
    const calls = running.map(({ label, startedAt, subAgent }) =>
      line(`${subAgent === undefined ? "" : `  ${subAgent} · `}${shownLabel(label)}`, Date.parse(startedAt) || now),
    );
    const under = calls.length === 0 ? [line("thinking", this.#since)] : calls;
    const room = Math.max(most - todos.length, Math.ceil(most * RUNNING_SHARE));
    const shown = bounded(under, room);
    return [...bounded(todoLines(todos, this.#colors), most - shown.length), ...shown];
  }

  #clear(): void {
    if (this.#drawn.length === 0) return;
    // If the terminal has become narrower, it has wrapped lines.
    const { columns } = this.#size();
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(Math.ceil(width / columns), 1), 0);
    this.#write(clearLines(rows));
    this.#drawn = [];
  }

  /** Cuts a line to the width: a wrapped line would take two rows, of which the next redraw would clear only one. */
  #fitted(line: string, columns: number): string {
    if (widthOf(line) < columns) return line;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are control sequences
    return cutToWidth(line.replace(/\u001b\[[0-9;]*m/g, ""), Math.max(columns - 1, 1));
  }
}

/** At most `limit` lines; the last one says how many more there are. */
function bounded(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  if (most <= 0) return [];
  return [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more`];
}
