import type pc from "picocolors";
import { printableLine } from "../../shared/printable.ts";
import { plural } from "../../shared/text.ts";
import type { CheckReport } from "../run-checks.ts";
import { summaryOf } from "./summary.ts";

export type Colors = ReturnType<typeof pc.createColors>;

const MARKS = { ok: "✓", warning: "!", failed: "✗", skipped: "-" } as const;

/** A check and its answer, followed by what to do. */
export function reportLines({ title, status, detail, remedies }: CheckReport, colors: Colors): string[] {
  return [
    `${markOf(status, colors)} ${printableLine(title)}: ${printableLine(detail)}`,
    ...remedies.map((remedy) => `    → ${printableLine(remedy)}`),
  ];
}

/** The line that ends a report. */
export function summaryLine(reports: readonly CheckReport[]): string {
  const { ok, warning, failed, skipped } = summaryOf(reports);
  return [
    `${plural(ok, "check")} passed`,
    plural(warning, "warning"),
    `${failed} failed`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ].join(", ");
}

/** A mark of a check, in its color. */
function markOf(status: CheckReport["status"], colors: Colors): string {
  const color = { ok: colors.green, warning: colors.yellow, failed: colors.red, skipped: colors.dim }[status];
  return color(MARKS[status]);
}
