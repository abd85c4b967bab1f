import { afterEach, beforeEach, expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { SecretMask } from "../shared/secret-mask.ts";
import { captureConsole, createLogger } from "./index.ts";

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z - agent-runner\.library - /;
let lines: string[];
let release: () => void;

beforeEach(() => {
  lines = [];
  const mask = new SecretMask();
  mask.add(["s3cret-of-a-user"]);
  const write = (text: string) => lines.push(...text.trimEnd().split("\n"));
  const log = createLogger({ level: "debug", format: "text", mask, write });
  release = captureConsole(() => log);
});
afterEach(() => release());

const messages = () => lines.map((line) => line.replace(TIMESTAMP, ""));

test("console output becomes log lines with a matching level", () => {
  console.log("one %s", "two", { three: 3 });
  console.info("info");
  console.debug("debug");
  console.trace("trace");
  console.warn("warn");
  console.error("error");
  console.dir({ a: 1 });
  console.table([1]);
  console.assert(true, "not said");
  console.assert(false, "wrong");
  expect(lines.every((line) => TIMESTAMP.test(line))).toBe(true);
  expect(messages()).toEqual([
    "DEBUG - one two { three: 3 }",
    "DEBUG - info",
    "DEBUG - debug",
    "DEBUG - trace",
    "WARN - warn",
    "WARN - error",
    "DEBUG - { a: 1 }",
    "DEBUG - [ 1 ]",
    "WARN - Assertion failed: wrong",
  ]);
});

test("captured output is masked, has visible control characters and a timestamp on each line", () => {
  console.warn("invalid json: ", '{"key":"s3cret-of-a-user"}\u001b[2J\u0008', "\nsecond line");
  expect(messages()).toEqual(['WARN - invalid json:  {"key":"***"}␈ ', "WARN - second line"]);
  expect(lines[1]).toMatch(TIMESTAMP);
});

test("long captured text is cut", () => {
  console.error("x".repeat(1_000_000));
  expect(lines.join("").length).toBeLessThan(5_000);
});

test("values that cannot be formatted do not throw", () => {
  console.error({
    get [Symbol.toStringTag](): string {
      throw new Error("no");
    },
  });
  expect(lines).toHaveLength(1);
});

test("process warnings are captured too", () => {
  const emitter = new EventEmitter();
  for (let n = 0; n < 12; n++) emitter.on("event", () => undefined);
  expect(messages().join()).toMatch(/^WARN - MaxListenersExceededWarning: /);
});

test("a warning has its type", () => {
  process.emitWarning("plain");
  process.emitWarning("old", "DeprecationWarning", "DEP0001");
  process.emitWarning("older", { type: "DeprecationWarning", code: "DEP0002" });
  expect(messages()).toEqual([
    "WARN - Warning: plain",
    "WARN - DeprecationWarning: old",
    "WARN - DeprecationWarning: older",
  ]);
});

test("what is written to the streams of the process becomes a line each, whatever its pieces", async () => {
  process.stderr.write("ioredis:redis status: ");
  process.stderr.write(new TextEncoder().encode("[127.0.0.1]: é\n\nnext s3cret-of-a-user\nlast"));
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdout.write("out\n", "utf8", () => resolve());
  await promise;
  release();
  expect(messages()).toEqual([
    "WARN - ioredis:redis status: [127.0.0.1]: é",
    "WARN - next ***",
    "DEBUG - out",
    "WARN - last",
  ]);
});

test("a line that never ends is taken in parts", () => {
  for (let part = 0; part < 100; part++) process.stderr.write("x".repeat(1_000));
  expect(lines.length).toBeGreaterThan(10);
});

test("what is not logged at the current level is not formatted", () => {
  release();
  const log = createLogger({ level: "warn", format: "text", mask: new SecretMask(), write: () => undefined });
  release = captureConsole(() => log);
  let formatted = false;
  console.debug({
    get value() {
      formatted = true;
      return "";
    },
    [Symbol.for("nodejs.util.inspect.custom")]: () => {
      formatted = true;
      return "";
    },
  });
  expect(formatted).toBe(false);
});

test("a logger that writes to the console does not recurse", () => {
  release();
  const calls: string[] = [];
  const noisy = createLogger({
    level: "debug",
    format: "text",
    mask: new SecretMask(),
    write: (text) => {
      calls.push(text);
      console.log("from the logger");
    },
  });
  release = captureConsole(() => noisy);
  console.log("once");
  expect(calls).toHaveLength(1);
});

test("the console is restored", () => {
  const captured = console.log;
  release();
  expect(console.log).not.toBe(captured);
});
