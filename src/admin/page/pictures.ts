import { html } from "hono/html";
import { MINUTES, type MinuteCounts } from "./history.ts";
import { count, duration, type Markup } from "./markup.ts";

/** The size of a picture, in units of its own. */
const WIDTH = MINUTES * 4;
const HEIGHT = 40;
const BAR_WIDTH = 3;

/** A bar of one minute: what is good, and on top of it what is not. */
interface Bar {
  readonly value: number;
  readonly bad?: number;
}

/** Throughput, latency and tokens of the last hour, as pictures and in words. */
export function pictures(hour: readonly Readonly<MinuteCounts>[]): Markup {
  const sum = (of: (minute: Readonly<MinuteCounts>) => number) => hour.reduce((total, minute) => total + of(minute), 0);
  const [completed, failed, cancelled] = [sum((m) => m.completed), sum((m) => m.failed), sum((m) => m.cancelled)];
  const [answers, answerMs] = [sum((m) => m.answers), sum((m) => m.answerMs)];
  const [input, output] = [sum((m) => m.inputTokens), sum((m) => m.outputTokens)];
  const latency = answers === 0 ? "no answers" : `${latencyText(answerMs / answers)} on average`;
  return html`<div class="pictures">
${picture(
  "Executions that ended",
  `${completed} completed, ${failed} failed, ${cancelled} cancelled`,
  hour.map((m) => ({ value: m.completed, bad: m.failed + m.cancelled })),
)}
${picture(
  "Time of a model's answer",
  latency,
  hour.map((m) => ({ value: m.answers === 0 ? 0 : m.answerMs / m.answers })),
)}
${picture(
  "Tokens of models",
  `${count(input)} in, ${count(output)} out`,
  hour.map((m) => ({ value: m.inputTokens + m.outputTokens })),
)}
</div>`;
}

function picture(title: string, words: string, bars: readonly Bar[]): Markup {
  const most = Math.max(...bars.map(({ value, bad = 0 }) => value + bad));
  const good = path(
    bars.map(({ value }) => [0, value]),
    most,
  );
  const bad = path(
    bars.map((bar) => [bar.value, bar.bad ?? 0]),
    most,
  );
  return html`<figure>
<figcaption><span>${title}</span><strong>${words}</strong></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path class="bar" d="${good}"/><path class="bar-bad" d="${bad}"/></svg>
</figure>`;
}

/** @param bars where each begins and how high it is */
function path(bars: readonly (readonly [number, number])[], most: number): string {
  if (most === 0) return "";
  const scale = (value: number) => Math.round((value / most) * HEIGHT * 10) / 10;
  return bars
    .map(([from, height], index) => {
      if (height === 0) return "";
      // The smallest one can be seen.
      const shown = Math.max(scale(height), 1);
      return `M${index * 4} ${Math.max(HEIGHT - scale(from) - shown, 0)}h${BAR_WIDTH}v${shown}h-${BAR_WIDTH}z`;
    })
    .join("");
}

function latencyText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}
