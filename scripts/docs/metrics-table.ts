import { describeMetrics } from "../../src/telemetry/metrics/describe-metrics.ts";

/** The table of the runner's own metrics. */
export function metricsTable(): string {
  const rows = describeMetrics().map(({ name, type, labels, help }) => {
    const shown = labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${shown} | ${help} |`;
  });
  return ["| metric | type | labels | what it is |", "|---|---|---|---|", ...rows].join("\n");
}
