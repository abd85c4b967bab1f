/** What `doctor` says of a Redis: who it may be asked as, what it keeps, and that nothing is written to it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { RedisError } from "../../src/redis/index.ts";
import { until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { runDoctor } from "../support/run-doctor.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis({ persistent: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const doctor = (env: Readonly<Record<string, string>> = {}) =>
  runDoctor({ REDIS_HOST: "127.0.0.1", REDIS_PORT: String(server.config.port), ...env });
const set = (name: string, value: string) => server.command("CONFIG", "SET", name, value);

/** All commands that clients send while something runs. */
async function commandsDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const seen: string[] = [];
  const client = new Redis({ host: "127.0.0.1", port: server.config.port });
  const monitor = await client.monitor();
  monitor.on("monitor", (_: string, [name = "", ...words]: string[]) =>
    seen.push([name.toLowerCase(), ...words].join(" ")),
  );
  await work();
  await client.ping("the end");
  await until("it has seen everything", () => seen.includes("ping the end"));
  monitor.disconnect();
  client.disconnect();
  return seen.filter((command) => command !== "ping the end");
}

test("a Redis that keeps everything passes, and sees no write", async () => {
  const before = await server.command("DBSIZE");
  let run: Awaited<ReturnType<typeof runDoctor>> | undefined;
  const commands = await commandsDuring(async () => {
    run = await doctor();
  });
  expect(run?.check("redis")).toMatchObject({ status: "ok", detail: expect.stringMatching(/version \d.*, master/) });
  expect(run?.check("redis.memory").status).toBe("ok");
  expect(run?.check("redis.persistence")).toMatchObject({ status: "ok", detail: "append-only file" });
  const reading = /^(multi|discard|hello|client|info|config get save|select|get stigmer:agent-runner:group)\b/i;
  // Between MULTI and DISCARD, commands are only checked; MONITOR shows those that are executed.
  expect(commands.filter((command) => !reading.test(command))).toEqual([]);
  expect(commands).toContain("info");
  expect(await server.command("DBSIZE")).toBe(before as number);
});

test("eviction and missing persistence are warnings with what to set", async () => {
  await set("maxmemory", "1gb");
  await set("maxmemory-policy", "allkeys-lru");
  await set("appendonly", "no");
  const run = await doctor();
  expect(run.check("redis.memory")).toMatchObject({
    status: "warning",
    detail: expect.stringContaining("of 1 GiB used, policy allkeys-lru"),
    remedies: [expect.stringContaining("maxmemory-policy noeviction")],
  });
  expect(run.check("redis.persistence")).toMatchObject({
    status: "warning",
    detail: expect.stringContaining("nothing is saved"),
    remedies: [expect.stringContaining("appendonly yes")],
  });
  await set("save", "3600 1");
  expect((await doctor()).check("redis.persistence").detail).toContain("snapshots only");
  await set("save", "");
  await set("appendonly", "yes");
  await set("maxmemory-policy", "noeviction");
  await set("maxmemory", "0");
});

test("a user with the documented rights passes, and does not see how Redis keeps what it has", async () => {
  const [, rights = ""] = /SETUSER <user> (.*?)`/.exec(new RedisError("not-allowed", "").remedies.join(" ")) ?? [];
  await server.command("ACL", "SETUSER", "runner", "on", ">the-password", ...rights.split(" "));
  const user = { REDIS_USERNAME: "runner", REDIS_PASSWORD: "the-password" };
  const run = await doctor(user);
  expect(run.check("redis").status).toBe("ok");
  for (const id of ["redis.memory", "redis.persistence"])
    expect(run.check(id)).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("not visible to this user"),
    });
  await server.command("ACL", "SETUSER", "runner", "-publish");
  expect((await doctor(user)).check("redis")).toMatchObject({
    status: "failed",
    detail: expect.stringContaining("NOPERM"),
    remedies: [expect.stringContaining("ACL SETUSER")],
  });
  const wrong = await doctor({ ...user, REDIS_PASSWORD: "not-the-password" });
  expect(wrong.check("redis")).toMatchObject({ status: "failed", detail: expect.stringContaining("WRONGPASS") });
  expect(wrong.output).not.toContain("not-the-password");
});

test("a replica, which takes no writes, has failed", async () => {
  await server.command("REPLICAOF", "127.0.0.1", "1");
  expect((await doctor()).check("redis")).toMatchObject({
    status: "failed",
    remedies: expect.arrayContaining([expect.stringContaining("replica")]),
  });
  await server.command("REPLICAOF", "NO", "ONE");
});

test("one that hangs fails within the limit, and the other checks are answered", async () => {
  server.hang();
  const run = await doctor();
  server.resume();
  expect(run.check("redis").status).toBe("failed");
  expect(run.check("redis.memory").status).toMatch(/skipped|failed/);
  expect(run.check("limits.memory").status).toBe("ok");
});
