import { expect, test } from "bun:test";
import pc from "picocolors";
import type { CheckStatus } from "../../shared/check.ts";
import type { CheckReport } from "../run-checks.ts";
import { reportLines, summaryLine } from "./text.ts";

const report = (status: CheckStatus, detail = "as found", remedies: readonly string[] = []): CheckReport => ({
  id: "a.b",
  area: "a",
  title: "thing",
  status,
  detail,
  remedies,
  durationMs: 1,
});

test("a line says what was found, the next ones what to do", () => {
  const lines = reportLines(report("failed", "refused", ["Start it.", "Or not."]), pc.createColors(false));
  expect(lines).toEqual(["✗ thing: refused", "    → Start it.", "    → Or not."]);
});

test("each status has a mark of its own, also without colors", () => {
  const marks = (["ok", "warning", "failed", "skipped"] as const).map(
    (status) => reportLines(report(status), pc.createColors(false))[0]?.[0],
  );
  expect(marks).toEqual(["✓", "!", "✗", "-"]);
});

test("what a server says changes neither the terminal nor the lines", () => {
  const [line] = reportLines(report("ok", "fine\u001b[2J\n✗ Redis: \u202egone\u0007"), pc.createColors(false));
  expect(line).toBe("✓ thing: fine ✗ Redis: <U+202E>gone␇");
});

test("the last line counts", () => {
  expect(summaryLine([report("ok")])).toBe("1 check passed, 0 warnings, 0 failed");
  expect(summaryLine([report("ok"), report("warning"), report("failed"), report("skipped"), report("ok")])).toBe(
    "2 checks passed, 1 warning, 1 failed, 1 skipped",
  );
});
