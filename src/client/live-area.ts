import type pc from "picocolors";
import { humanDuration } from "../shared/time.ts";
import { cutToWidth, widthOf } from "../shared/width.ts";
import { shownLabel, todoLines } from "./format.ts";
import type { Activity } from "./progress.ts";
import type { Write } from "./view.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;
/** Of the rows, the agent's list leaves at least this share to the calls that run. */
const RUNNING_SHARE = 2 / 3;
/** Columns that a label keeps, however narrow the terminal is. */
const MIN_LABEL_WIDTH = 8;
/** ANSI: to the start of the line, the given number of lines up, and clear all below. */
const clearLines = (count: number) => `\r${count > 1 ? `\u001b[${count - 1}A` : ""}\u001b[J`;

/** How large the terminal is now. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The last lines at a terminal, drawn again as time goes: what is under way, or that the model thinks. */
export class LiveArea {
  readonly #write: Write;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #size: () => TerminalSize;
  #activity: Activity | undefined;
  #since = Date.now();
  /** The widths of the lines that are drawn. */
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
   * Takes the lines away until they are shown again, so that something can be written.
   * @returns shows them again, where they were shown
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

  /** What is under way, in so many lines at most: more would scroll away, and could not be cleared. */
  #lines({ running, todos }: Activity, most: number, columns: number): string[] {
    const spinner = this.#colors.cyan(FRAMES[this.#frame % FRAMES.length] ?? "");
    const now = Date.now();
    const line = (what: string, since: number) => {
      const took = humanDuration(Math.max(now - since, 0));
      // The spinner, the spaces between, and one column that stays free.
      const room = columns - widthOf(took) - 4;
      return `${spinner} ${cutToWidth(what, Math.max(room, MIN_LABEL_WIDTH))} ${this.#colors.dim(took)}`;
    };
    const calls = running.map(({ label, startedAt }) => line(shownLabel(label), Date.parse(startedAt) || now));
    const under = calls.length === 0 ? [line("thinking", this.#since)] : calls;
    const room = Math.max(most - todos.length, Math.ceil(most * RUNNING_SHARE));
    const shown = bounded(under, room);
    return [...bounded(todoLines(todos, this.#colors), most - shown.length), ...shown];
  }

  #clear(): void {
    if (this.#drawn.length === 0) return;
    // A terminal that has become narrower has wrapped them meanwhile.
    const { columns } = this.#size();
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(Math.ceil(width / columns), 1), 0);
    this.#write(clearLines(rows));
    this.#drawn = [];
  }

  /** A line that wraps would be two, and the next drawing would leave one of them. */
  #fitted(line: string, columns: number): string {
    if (widthOf(line) < columns) return line;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    return cutToWidth(line.replace(/\u001b\[[0-9;]*m/g, ""), Math.max(columns - 1, 1));
  }
}

/** So many lines at most; the last one says how many more there are. */
function bounded(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  if (most <= 0) return [];
  return [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more`];
}
