import type pc from "picocolors";
import { bounded, FRAME_MS, LiveLines, spinnerFrame, type TerminalSize } from "../shared/live-lines.ts";
import { humanDuration } from "../shared/time.ts";
import { cutToWidth, widthOf } from "../shared/width.ts";
import { shownLabel, todoLines } from "./format.ts";
import type { Activity } from "./progress.ts";
import type { Write } from "./view.ts";

/** The to-do list leaves at least this share of the rows to running calls. */
const RUNNING_SHARE = 2 / 3;
/** Minimum width of a label, even on a narrow terminal. */
const MIN_LABEL_WIDTH = 8;

/** The last lines of the terminal, redrawn periodically: running calls, or that the model is thinking. */
export class LiveArea {
  readonly #lines: LiveLines;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #size: () => TerminalSize;
  #activity: Activity | undefined;
  #since = Date.now();
  #frame = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(write: Write, colors: ReturnType<typeof pc.createColors>, size: () => TerminalSize) {
    this.#lines = new LiveLines(write, size);
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
    this.#lines.clear();
    return () => {
      if (activity !== undefined) this.show(activity);
    };
  }

  #draw(): void {
    if (this.#activity === undefined) return;
    const { columns, rows } = this.#size();
    this.#lines.draw(this.#linesOf(this.#activity, Math.max(rows - 1, 1), columns));
  }

  /** The lines, at most as many as the terminal has rows: others would scroll away and could not be cleared. */
  #linesOf({ running, todos }: Activity, most: number, columns: number): string[] {
    const spinner = this.#colors.cyan(spinnerFrame(this.#frame));
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
}
