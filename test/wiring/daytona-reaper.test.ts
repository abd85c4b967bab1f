import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { silentLogger } from "../../src/log/index.ts";
import { DaytonaHealth, Reaper } from "../../src/sandbox/daytona/index.ts";
import { DaytonaDouble } from "../support/daytona-double/daytona-double.ts";
import { MemorySessions } from "../support/daytona-double/ports.ts";
import { openReplica, type Replica } from "../support/daytona-double/replica.ts";
import { until } from "../support/eventually.ts";

setDefaultTimeout(30_000);

let double: DaytonaDouble;
let sessions: MemorySessions;
let replica: Replica;
const reapers: Reaper[] = [];

beforeEach(() => {
  double = new DaytonaDouble();
  sessions = new MemorySessions("ses-1", "ses-2");
  replica = openReplica({ double, sessions });
});
afterEach(async () => {
  for (const reaper of reapers.splice(0)) reaper.stop();
  double.heal();
  await replica.close();
  await double.stop();
});

/** A sandbox that a runner which was killed has left behind. */
async function left(labels: Record<string, string>): Promise<string> {
  const made = await replica.api.client.create({ labels });
  return made.id;
}

function reaper(now: () => number = () => Date.now() + 3_600_000): Reaper {
  const made = new Reaper({ ...replica, sessions, group: "group", log: silentLogger, now });
  reapers.push(made);
  return made;
}

function alive(): string[] {
  return double.alive.map(({ id }) => id);
}

describe("the reaper", () => {
  test("deletes what nobody will use again, at the start", async () => {
    const own = { "stigmer-runner": "group" };
    const oneOff = await left(own);
    const unknown = await left({ ...own, "stigmer-session": "ses-deleted" });
    const replaced = await left({ ...own, "stigmer-session": "ses-1" });
    const current = await left({ ...own, "stigmer-session": "ses-1" });
    sessions.sandboxes.set("ses-1", current);
    const unwritten = await left({ ...own, "stigmer-session": "ses-2" });
    const others = await left({ "stigmer-runner": "another group" });
    const strangers = await left({});
    reaper();
    await until("it has deleted them", () => double.alive.length === 4);
    expect(alive().sort()).toEqual([current, unwritten, others, strangers].sort());
    for (const id of [oneOff, unknown, replaced]) expect(alive()).not.toContain(id);
  });

  test("leaves what is in use or was a short while ago", async () => {
    const lease = await replica.acquire({ sessionId: "" });
    const busy = reaper();
    expect(await busy.reap()).toBe(0);
    const recent = await left({ "stigmer-runner": "group" });
    expect(await reaper(() => Date.now() + 500_000).reap()).toBe(0);
    expect(alive().sort()).toEqual([lease.sandbox.id, recent].sort());
  });

  test("survives that Daytona is away", async () => {
    double.fault({ request: /^GET \/sandbox$/, status: 400 });
    expect(await reaper().reap()).toBe(0);
  });
});

describe("cleaning up a sandbox", () => {
  test("says what it did", async () => {
    const { sandbox } = await replica.acquire();
    double.fault({ request: /^DELETE/, status: 400, message: "it does not want to", times: 1 });
    expect(await replica.sandboxes.cleanup(sandbox.id)).toMatch(/^could not be deleted: .*it does not want to/);
    expect(await replica.sandboxes.cleanup(sandbox.id)).toBe("deleted");
    expect(await replica.sandboxes.cleanup(sandbox.id)).toBe("was gone already");
  });
});

describe("the health of Daytona", () => {
  test("is asked for once a minute at most, and is nothing that stops a runner", async () => {
    const health = new DaytonaHealth(replica.api);
    expect(await health.check()).toBeUndefined();
    await health.check();
    expect(double.count(/^GET \/sandbox$/)).toBe(1);
    double.fault({ request: /^GET \/sandbox$/, status: 401, message: "key revoked" });
    expect(await new DaytonaHealth(replica.api).check()).toMatchObject({
      status: "degraded",
      reason: expect.stringContaining("key revoked"),
    });
  });
});
