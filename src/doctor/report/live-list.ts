import type { Check } from "../../shared/check.ts";
import { bounded, FRAME_MS, LiveLines, spinnerFrame, type TerminalSize } from "../../shared/live-lines.ts";
import type { CheckReport } from "../run-checks.ts";
import { type Colors, reportLines } from "./text.ts";

export interface LiveListOptions {
  readonly write: (text: string) => void;
  readonly size: () => TerminalSize;
  readonly colors: Colors;
}

/**
 * Shows reports on a terminal as they come, in the order of the checks. What is complete up to the first check that still
 * runs is written and stays; below it the others are drawn again until they follow.
 */
export class LiveList {
  readonly #checks: readonly Check[];
  readonly #options: LiveListOptions;
  readonly #lines: LiveLines;
  readonly #reports = new Map<number, CheckReport>();
  /** Checks whose reports are written. */
  #written = 0;
  #frame = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(checks: readonly Check[], options: LiveListOptions) {
    this.#checks = checks;
    this.#options = options;
    this.#lines = new LiveLines(options.write, options.size);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#frame++;
      this.#draw();
    }, FRAME_MS);
    this.#draw();
  }

  add(report: CheckReport, index: number): void {
    this.#reports.set(index, report);
    const complete: string[] = [];
    for (; ; this.#written++) {
      const next = this.#reports.get(this.#written);
      if (next === undefined) break;
      complete.push(...reportLines(next, this.#options.colors));
    }
    if (complete.length > 0) {
      this.#lines.clear();
      this.#options.write(`${complete.join("\n")}\n`);
    }
    this.#draw();
  }

  /** Clears what still runs. */
  stop(): void {
    clearInterval(this.#timer);
    this.#lines.clear();
  }

  #draw(): void {
    const { colors, size } = this.#options;
    const spinner = colors.cyan(spinnerFrame(this.#frame));
    const open = this.#checks.slice(this.#written).map((check, offset) => {
      const report = this.#reports.get(this.#written + offset);
      return report === undefined ? `${spinner} ${check.title}` : (reportLines(report, colors)[0] ?? "");
    });
    this.#lines.draw(bounded(open, Math.max(size().rows - 1, 1)));
  }
}
