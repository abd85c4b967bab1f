import { expect, test } from "bun:test";
import { collectedLog } from "../../test/support/collected-log.ts";
import { until } from "../../test/support/eventually.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { createLogger } from "./index.ts";
import { LevelControl } from "./level-control.ts";

function quietLog() {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line.replace(/^\S+ - /, "").trimEnd());
  return { lines, log: createLogger({ level: "info", format: "text", mask: new SecretMask(), write }) };
}

test("a change reaches loggers that exist already, in both directions", () => {
  const { lines, log } = quietLog();
  const below = log.child("execution", { executionId: "aex-1" }).child("mcp");
  below.debug("not yet");
  log.levels.set("debug");
  expect(below.isDebug).toBe(true);
  below.debug("now");
  log.levels.set("error");
  expect(below.isDebug).toBe(false);
  below.warn("too quiet");
  below.error("loud");
  expect(lines).toEqual([
    "agent-runner.execution.mcp - DEBUG - now [executionId=aex-1]",
    "agent-runner.execution.mcp - ERROR - loud [executionId=aex-1]",
  ]);
});

test("the loggers of another root keep their level", () => {
  const { log } = quietLog();
  log.levels.set("error");
  expect(collectedLog().log.isDebug).toBe(true);
});

test("the configured level returns by itself, and that is told", async () => {
  const { lines, log } = quietLog();
  log.levels.set("error", { forMs: 20, onReturned: () => log.info(`again ${log.levels.level}`) });
  expect(log.levels.until?.getTime()).toBeGreaterThan(Date.now() - 1);
  await until("it is back", () => log.levels.level === "info");
  expect(log.levels.until).toBeUndefined();
  expect(lines).toEqual(["agent-runner - INFO - again info"]);
});

test("what a louder level said about its end is written", async () => {
  const control = new LevelControl("error");
  const { promise, resolve } = Promise.withResolvers<boolean>();
  control.set("info", { forMs: 1, onReturned: () => resolve(control.isEnabled("info")) });
  expect(await promise).toBe(true);
  expect(control.isEnabled("info")).toBe(false);
});

test("a later change replaces the planned return", async () => {
  const control = new LevelControl("info");
  const returned: string[] = [];
  control.set("debug", { forMs: 5, onReturned: () => returned.push("first") });
  control.set("warn");
  expect(control.until).toBeUndefined();
  const { promise, resolve } = Promise.withResolvers<void>();
  control.set("error", { forMs: 30, onReturned: resolve });
  await promise;
  expect([control.level, returned]).toEqual(["info", []]);
});

test("the configured level has nothing to return to", () => {
  const control = new LevelControl("info");
  control.set("info", { forMs: 60_000, onReturned: () => undefined });
  expect(control.until).toBeUndefined();
});

test("including writes what either level shows, and keeps the level if writing fails", () => {
  const control = new LevelControl("error");
  const seen: boolean[] = [];
  control.including("info", () => seen.push(control.isEnabled("info")));
  control.including("error", () => seen.push(control.isEnabled("info")));
  expect(seen).toEqual([true, false]);
  expect(() =>
    control.including("debug", () => {
      throw new Error("closed");
    }),
  ).toThrow("closed");
  expect(control.level).toBe("error");
});
