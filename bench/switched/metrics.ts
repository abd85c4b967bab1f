/**
 * Takes the place of src/telemetry/metrics/index.ts in a build for `bun run bench:metrics-code`: the same metrics, but only in
 * every second block of executions, and with clocks around every call of them. At the end of each execution it appends
 * what the clocks show to the file that METRICS_CLOCKS names.
 */
import { appendFileSync } from "node:fs";
import * as metrics from "../../src/telemetry/metrics/index.ts";
import { isMeasured } from "./blocks.ts";

type Measures = metrics.RunnerMetrics["measures"];
type Observer = metrics.RunnerMetrics["observer"];
type Observation = ReturnType<Observer["begin"]>;

/** A line of the file: ms since the start of the process. */
export interface Spent {
  /** In the functions that take events and measures. */
  taking: number;
  /** At the ends of executions, where what waits is counted. */
  counting: number;
  /** Taking and counting what Temporal's SDK has measured, which is not switched. */
  sdk: number;
}

const file = process.env["METRICS_CLOCKS"] ?? "/dev/null";
const spent: Spent = { taking: 0, counting: 0, sdk: 0 };
const NOTHING: Observation = { event: () => undefined, end: () => undefined };
let begun = 0;
let isOn = true;

export function openMetrics(...args: Parameters<typeof metrics.openMetrics>): metrics.RunnerMetrics {
  const opened = metrics.openMetrics(...args);
  return {
    ...opened,
    observer: { name: opened.observer.name, begin: (info) => switched(opened.observer, info) },
    measures: switchedMeasures(opened.measures),
    followSdk: (updates, onError) => opened.followSdk(() => clockedUpdates(updates), onError),
  };
}

function switched(observer: Observer, info: Parameters<Observer["begin"]>[0]): Observation {
  isOn = isMeasured(begun++);
  const { event, end } = isOn ? clocked(observer, info) : NOTHING;
  return {
    event,
    end: (outcome) => {
      end(outcome);
      appendFileSync(file, `${JSON.stringify(spent)}\n`);
    },
  };
}

function clocked(observer: Observer, info: Parameters<Observer["begin"]>[0]): Observation {
  const observation = clock("taking", () => observer.begin(info));
  return {
    event: (event) => clock("taking", () => observation.event(event)),
    end: (outcome) => clock("counting", () => observation.end(outcome)),
  };
}

function clock<R>(part: keyof Spent, work: () => R): R {
  const started = performance.now();
  const result = work();
  spent[part] += performance.now() - started;
  return result;
}

/** Those that cloud mode alone has are never called in this benchmark. */
function switchedMeasures(measures: Measures): Measures {
  return {
    ...measures,
    masked: (milliseconds) => {
      if (isOn) clock("taking", () => measures.masked(milliseconds));
    },
  };
}

/** Each update is counted before the next one is asked for. */
function* clockedUpdates(updates: Parameters<metrics.RunnerMetrics["followSdk"]>[0]) {
  const started = performance.now();
  yield* updates();
  spent.sdk += performance.now() - started;
}
