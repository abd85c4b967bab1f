import type pc from "picocolors";
import { humanDuration } from "../shared/time.ts";
import { oneLine, todoLines } from "./format.ts";
import type { Activity } from "./progress.ts";
import type { Write } from "./view.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;
/** ANSI: to the start of the line, the given number of lines up, and clear all below. */
const clearLines = (count: number) => `\r${count > 1 ? `\u001b[${count - 1}A` : ""}\u001b[J`;

/** The last lines at a terminal, drawn anew as time goes: what is under way, or that the model thinks. */
export class LiveArea {
  readonly #write: Write;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #columns: () => number;
  #activity: Activity | undefined;
  #since = Date.now();
  #drawn = 0;
  #frame = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(write: Write, colors: ReturnType<typeof pc.createColors>, columns: () => number) {
    this.#write = write;
    this.#colors = colors;
    this.#columns = columns;
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

  /** Takes the lines away until they are shown again, so that something can be written. */
  hide(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
  }

  #draw(): void {
    if (this.#activity === undefined) return;
    this.#clear();
    const { running, todos } = this.#activity;
    const spinner = this.#colors.cyan(FRAMES[this.#frame % FRAMES.length] ?? "");
    const now = Date.now();
    const seconds = (since: number) => this.#colors.dim(humanDuration(Math.max(now - since, 0)));
    const under =
      running.length === 0
        ? [`${spinner} thinking ${seconds(this.#since)}`]
        : running.map(
            ({ label, startedAt }) => `${spinner} ${oneLine(label)} ${seconds(Date.parse(startedAt) || now)}`,
          );
    const lines = [...todoLines(todos, this.#colors), ...under].map((line) => this.#fitted(line));
    this.#write(lines.join("\n"));
    this.#drawn = lines.length;
  }

  #clear(): void {
    if (this.#drawn > 0) this.#write(clearLines(this.#drawn));
    this.#drawn = 0;
  }

  /** A line that wraps would be two, and the next drawing would leave one of them. */
  #fitted(line: string): string {
    const columns = this.#columns();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    const visible = line.replace(/\u001b\[[0-9;]*m/g, "");
    return visible.length < columns ? line : `${visible.slice(0, Math.max(columns - 2, 1))}…`;
  }
}
