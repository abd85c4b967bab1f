import { describe, expect, test } from "bun:test";
import { MASK } from "../shared/mask.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { createLogger, type LoggerOptions } from "./index.ts";

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

/** A logger and what it wrote. */
function logged(options: Partial<LoggerOptions> = {}) {
  const written: string[] = [];
  const log = createLogger({
    level: "info",
    format: "text",
    mask: new SecretMask(),
    write: (lines) => written.push(lines),
    ...options,
  });
  return { log, text: () => written.join("") };
}

describe("text format", () => {
  test("consists of timestamp, logger, level and message", () => {
    const { log, text } = logged();
    log.info("ready");
    expect(text().replace(TIMESTAMP, "TIME")).toBe("TIME - agent-runner - INFO - ready\n");
  });

  test("starts every line of a message with a timestamp, including stack traces", () => {
    const { log, text } = logged();
    log.error(`Failed: ${new Error("broken").stack}`);
    const lines = text().trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(TIMESTAMP);
  });

  test("contains names and fields of child loggers", () => {
    const { log, text } = logged();
    log.child("execution", { executionId: "aex-1" }).child("sandbox").warn("slow", { status: 3 });
    expect(text()).toContain(" - agent-runner.execution.sandbox - WARN - slow [executionId=aex-1 status=3]\n");
  });
});

describe("JSON format", () => {
  test("is one object per line with all values of the record", () => {
    const { log, text } = logged({ format: "json" });
    log.child("execution", { executionId: "aex-1" }).warn("two\nlines", { status: 2 });
    expect(text().match(/\n/g)).toHaveLength(1);
    const record = JSON.parse(text()) as Record<string, unknown>;
    expect(record["time"]).toMatch(TIMESTAMP);
    expect(record).toMatchObject({
      level: "warn",
      logger: "agent-runner.execution",
      message: "two\nlines",
      executionId: "aex-1",
      status: 2,
    });
  });
});

describe("logger", () => {
  test("writes no records below its level", () => {
    const { log, text } = logged({ level: "warn" });
    log.debug("quiet");
    log.info("quiet");
    log.child("below").info("quiet");
    expect(text()).toBe("");
    log.warn("loud");
    log.error("louder");
    expect(text().trimEnd().split("\n")).toHaveLength(2);
  });

  for (const format of ["text", "json"] as const) {
    test(`masks secrets in messages and fields, in the ${format} format`, () => {
      const mask = new SecretMask();
      const secret = 'quoted"secret\\value';
      mask.add([secret]);
      const { log, text } = logged({ format, mask });
      log.info(`the key is ${secret}`, { reason: secret });
      expect(text()).not.toContain("quoted");
      expect(text().split(MASK)).toHaveLength(3);
    });
  }

  test("masks secrets that become known later", () => {
    const mask = new SecretMask();
    const { log, text } = logged({ mask });
    mask.add(["later-secret"]);
    log.child("execution").info("it is later-secret");
    expect(text()).toContain(`it is ${MASK}`);
  });
});

describe("a hostile text", () => {
  const hostile = "a\nb\r\u001b[2J\u009b1m\u0085c\u2028d\u2029e\u202ef\ud800 \u0000";

  test("is one line of JSON with its exact value, apart from lone surrogates", () => {
    const { log, text } = logged({ format: "json" });
    log.info(hostile, { reason: hostile });
    expect(text().trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    const { message, reason } = JSON.parse(text()) as { message: string; reason: string };
    expect([message, reason]).toEqual([hostile.toWellFormed(), hostile.toWellFormed()]);
  });

  test("cannot change a terminal as text, or look like a line of its own", () => {
    const { log, text } = logged();
    log.info(hostile, { reason: hostile });
    const lines = text().trimEnd().split("\n");
    for (const line of lines) {
      expect(line).toMatch(TIMESTAMP);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }
  });

  for (const format of ["text", "json"] as const)
    test(`of 10 MB is cut, and says so, in the ${format} format`, () => {
      const { log, text } = logged({ format });
      const long = "x".repeat(10_000_000);
      log.info(`begin ${long} end`, { reason: long });
      expect(text().length).toBeLessThan(10_000);
      expect(text()).toMatch(/begin x+ \[… 9992010 characters cut …\] x+ end/);
      expect(text()).toContain("[… 9999000 characters cut …]");
    });

  test("that is cut has no half of a secret", () => {
    const mask = new SecretMask();
    mask.add(["s3cret-of-a-user"]);
    const { log, text } = logged({ mask });
    for (let before = 4_780; before < 4_810; before++)
      log.info(`${"x".repeat(before)}s3cret-of-a-user${"y".repeat(9_000)}`);
    expect(text()).not.toMatch(/s3c|user/);
  });
});
