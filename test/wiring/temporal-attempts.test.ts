/** Attempts to connect to a Temporal that is not there yet, for as long as STARTUP_WAIT says. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readdir, readlink } from "node:fs/promises";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { silentLogger } from "../../src/log/index.ts";
import { ConnectionAttempts, installTemporalRuntime, TemporalError } from "../../src/temporal/index.ts";
import { startTemporal } from "../support/temporal.ts";

const ATTEMPTS = 5;

/** The event queues that this process has open: each runtime of the SDK's core has two. */
async function eventQueues(): Promise<number> {
  const files = await readdir("/proc/self/fd");
  const targets = await Promise.all(files.map((file) => readlink(`/proc/self/fd/${file}`).catch(() => "")));
  return targets.filter((target) => target.includes("eventpoll")).length;
}

const config = (address: string, namespace = "default") => ({ address, namespace, taskQueue: "", maxConcurrency: 1 });

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof TemporalError ? error.code : `no failure, but ${error}`;
}

/** @returns how many event queues further attempts leave open */
async function leftBy(attempts: ConnectionAttempts, code: string): Promise<number> {
  expect(await codeOf(attempts.next())).toBe(code);
  const before = await eventQueues();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) expect(await codeOf(attempts.next())).toBe(code);
  return (await eventQueues()) - before;
}

describe.skipIf(process.platform !== "linux")("attempts to connect", () => {
  beforeAll(() => void installTemporalRuntime(silentLogger));

  test("leave no files open while nothing listens, and succeed once it does", async () => {
    await using temporal = await startTemporal();
    await temporal.kill();
    await using attempts = new ConnectionAttempts(config(temporal.address));
    expect(await leftBy(attempts, "refused")).toBeLessThanOrEqual(1);
    await temporal.restart();
    await (await attempts.next()).close();
  });

  test("leave no files open while there is no such namespace", async () => {
    await using temporal = await startTemporal();
    await using attempts = new ConnectionAttempts(config(temporal.address, "not-made-yet"));
    expect(await leftBy(attempts, "namespace-not-found")).toBeLessThanOrEqual(1);
  });

  test("do not take another server for Temporal", async () => {
    const [port = 0] = await freePorts(1);
    using server = Bun.serve({ hostname: "127.0.0.1", port, fetch: () => new Response("hello") });
    await using attempts = new ConnectionAttempts(config(`127.0.0.1:${server.port}`));
    expect(await codeOf(attempts.next())).toBe("other-protocol");
    expect(await codeOf(attempts.next())).toBe("other-protocol");
  });
});
