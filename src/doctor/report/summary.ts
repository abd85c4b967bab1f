import type { CheckStatus } from "../../shared/check.ts";
import type { CheckReport } from "../run-checks.ts";

export type Summary = Readonly<Record<CheckStatus, number>>;

export function summaryOf(reports: readonly CheckReport[]): Summary {
  const count = (status: CheckStatus) => reports.filter((report) => report.status === status).length;
  return { ok: count("ok"), warning: count("warning"), failed: count("failed"), skipped: count("skipped") };
}
