import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { createLogger, silentLogger } from "../../log/index.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import { ServerRecord } from "./server-record.ts";

const never = new AbortController().signal;

test("an earlier server is waited for until it has ended", async () => {
  await using folder = await temporaryFolder();
  const record = new ServerRecord(join(folder.path, "temporal.pid"));
  const server = Bun.spawn(["sleep", "1000"]);
  record.write(server.pid);
  const { promise: waiting, resolve } = Promise.withResolvers<void>();
  const log = createLogger({ level: "info", format: "text", mask: new SecretMask(), write: () => resolve() });
  const ended = record.waitUntilEnded(log, never);
  await waiting;
  server.kill("SIGKILL");
  await ended;
  expect(server.killed).toBe(true);
});

test("waiting for an earlier server stops when the signal aborts", async () => {
  await using folder = await temporaryFolder();
  const record = new ServerRecord(join(folder.path, "temporal.pid"));
  record.write(process.pid);
  const controller = new AbortController();
  const ended = record.waitUntilEnded(silentLogger, controller.signal);
  controller.abort(new Error("stopped"));
  await expect(ended).rejects.toThrow("stopped");
});

test("nothing is waited for if the record is missing, removed or damaged", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "temporal.pid");
  const record = new ServerRecord(file);
  await record.waitUntilEnded(silentLogger, never);
  record.write(process.pid)();
  expect(existsSync(file)).toBe(false);
  await record.waitUntilEnded(silentLogger, never);
  await Bun.write(file, "garbage");
  await record.waitUntilEnded(silentLogger, never);
});

test("the end of an earlier server does not remove the record of a later one", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "temporal.pid");
  const record = new ServerRecord(file);
  const forgetEarlier = record.write(1);
  record.write(process.pid);
  forgetEarlier();
  expect(existsSync(file)).toBe(true);
});
