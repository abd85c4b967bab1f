import { describe, expect, test } from "bun:test";
import { formatText } from "./text-format.ts";

const record = { time: "2026-01-19T10:00:00.123Z", logger: "agent-runner.sandbox", level: "warn" };
const HEAD = "2026-01-19T10:00:00.123Z - agent-runner.sandbox - WARN - ";

describe("text of a record", () => {
  test("is one line with timestamp, logger, level and message", () => {
    expect(formatText({ ...record, message: "full" })).toBe(`${HEAD}full\n`);
  });

  test("ends with its fields in brackets", () => {
    expect(formatText({ ...record, message: "full", free: 0, path: "/x" })).toBe(`${HEAD}full [free=0 path=/x]\n`);
  });

  test("omits fields without a value", () => {
    expect(formatText({ ...record, message: "full", sessionId: undefined })).toBe(`${HEAD}full\n`);
  });

  test("repeats the head on every line and has the fields on the last one", () => {
    expect(formatText({ ...record, message: "one\ntwo\r\n\nfour", id: "x" })).toBe(
      `${HEAD}one\n${HEAD}two\n${HEAD}\n${HEAD}four [id=x]\n`,
    );
  });
});

test("values of fields never break the line", () => {
  expect(formatText({ ...record, message: "full", reason: "a\nb c", code: 3 })).toBe(
    `${HEAD}full [reason="a\\nb c" code=3]\n`,
  );
});
