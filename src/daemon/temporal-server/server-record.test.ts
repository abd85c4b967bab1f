import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { createLogger, silentLogger } from "../../log/index.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import { ServerRecord } from "./server-record.ts";

const never = new AbortController().signal;

test("a server that was named is waited for until it has ended", async () => {
  await using folder = await temporaryFolder();
  const record = new ServerRecord(join(folder.path, "temporal.pid"));
  const server = Bun.spawn(["sleep", "1000"]);
  record.keep(server.pid);
  const { promise: waiting, resolve } = Promise.withResolvers<void>();
  const log = createLogger({ level: "info", format: "text", mask: new SecretMask(), write: () => resolve() });
  const ended = record.ended(log, never);
  await waiting;
  server.kill("SIGKILL");
  await ended;
  expect(server.killed).toBe(true);
});

test("waiting ends with the signal", async () => {
  await using folder = await temporaryFolder();
  const record = new ServerRecord(join(folder.path, "temporal.pid"));
  record.keep(process.pid);
  const controller = new AbortController();
  const ended = record.ended(silentLogger, controller.signal);
  controller.abort(new Error("stopped"));
  await expect(ended).rejects.toThrow("stopped");
});

test("nothing is waited for where no server was named, it is forgotten, or the record is damaged", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "temporal.pid");
  const record = new ServerRecord(file);
  await record.ended(silentLogger, never);
  record.keep(process.pid)();
  expect(existsSync(file)).toBe(false);
  await record.ended(silentLogger, never);
  await Bun.write(file, "garbage");
  await record.ended(silentLogger, never);
});

test("the end of an earlier server does not forget a later one", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "temporal.pid");
  const record = new ServerRecord(file);
  const forgetEarlier = record.keep(1);
  record.keep(process.pid);
  forgetEarlier();
  expect(existsSync(file)).toBe(true);
});
