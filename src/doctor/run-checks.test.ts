import { expect, test } from "bun:test";
import { type Check, type CheckResult, passed, warned } from "../shared/check.ts";
import { RunnerError } from "../shared/runner-error.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { type CheckReport, runChecks } from "./run-checks.ts";

class Unusable extends RunnerError<"unusable"> {}

const check = (id: string, run: Check["run"]): Check => ({ id, area: "test", title: id, run });
const never = () => new Promise<CheckResult>(() => undefined);
const found = (reports: readonly CheckReport[]) =>
  reports.map(({ id, status, detail, remedies }) => [id, status, detail, ...remedies]);

test("all checks are answered in their order, each with its remedies", async () => {
  const told: string[] = [];
  const reports = await runChecks(
    [
      check("good", async () => passed("it works")),
      check("low", async () => warned("nearly full", ["Free space."])),
      check("bad", async () => {
        throw new Unusable("unusable", "nothing listens", { remedies: ["Start it."] });
      }),
      check("broken", () => {
        throw new TypeError("a defect");
      }),
    ],
    { mask: new SecretMask(), onReport: ({ id }, index) => told.push(`${index} ${id}`) },
  );
  expect(found(reports)).toEqual([
    ["good", "ok", "it works"],
    ["low", "warning", "nearly full", "Free space."],
    ["bad", "failed", "nothing listens", "Start it."],
    ["broken", "failed", "a defect"],
  ]);
  expect(told.sort()).toEqual(["0 good", "1 low", "2 bad", "3 broken"]);
});

test("a check that hangs has failed after the limit, and learns that nobody waits any more", async () => {
  let aborted = false;
  const reports = await runChecks(
    [
      check("hanging", (signal) => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
        return never();
      }),
      check("good", async () => passed("it works")),
    ],
    { mask: new SecretMask(), limitMs: 5 },
  );
  expect(found(reports)).toEqual([
    ["hanging", "failed", "no answer within 0.005 s"],
    ["good", "ok", "it works"],
  ]);
  expect(aborted).toBe(true);
});

test("secrets are masked in what is found and in what to do, and texts are bounded", async () => {
  const mask = new SecretMask();
  mask.add(["a-secret-of-somebody"]);
  const [report] = await runChecks(
    [
      check("leak", async () =>
        warned(`it said a-secret-of-somebody ${"x".repeat(10_000)}`, ["Use a-secret-of-somebody."]),
      ),
    ],
    { mask },
  );
  expect(report?.detail).toStartWith("it said *** ");
  expect(report?.detail.length).toBeLessThan(1_500);
  expect(report?.remedies).toEqual(["Use ***."]);
});

test("an interruption ends what the checks have started", async () => {
  const interrupt = new AbortController();
  const ended = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const waiting = check("program", async (signal) => {
    signal.addEventListener("abort", () => ended.resolve());
    started.resolve();
    return await never();
  });
  void runChecks([waiting], { mask: new SecretMask(), limitMs: 600_000, signal: interrupt.signal });
  await started.promise;
  interrupt.abort();
  await ended.promise;
});
