/** Run by `bun test` as a file of tests: one of them times out, and the others need the servers that they share. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connectTemporal } from "../../../src/temporal/index.ts";
import { type RunningProgram, startProgram } from "../program.ts";
import { startRedis, type TestRedis } from "../redis.ts";
import { startTemporal, type TestTemporal } from "../temporal.ts";

let redis: TestRedis;
let temporal: TestTemporal;
let program: RunningProgram;
beforeAll(async () => {
  program = startProgram("/bin/sh", ["-c", "echo ready; exec sleep 1000"], {}, "/");
  redis = await startRedis();
  temporal = await startTemporal();
  await redis.command("SET", "key", "value");
});
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await temporal[Symbol.asyncDispose]();
});

test("needs the servers", async () => {
  await program.says("ready");
});

// Any limit is short enough: this one never ends.
test("hangs", () => new Promise<void>(() => undefined), 100);

test("needs the servers too", async () => {
  expect(await redis.command("GET", "key")).toBe("value");
  const config = { address: temporal.address, namespace: "default", taskQueue: "", maxConcurrency: 1 };
  await (await connectTemporal(config)).close();
  process.kill(program.pid, 0);
});
