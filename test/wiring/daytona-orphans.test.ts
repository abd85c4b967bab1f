import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { DaytonaApi } from "../../src/sandbox/daytona/index.ts";
import { SessionCommandController, StigmerSessions } from "../../src/stigmer/index.ts";
import { GROUP, HOUR, MINUTE, type OrphanWorld, orphanWorld } from "../support/orphan-world.ts";

const BOUND = "stigmer:agent-runner:backend";

let world: OrphanWorld;
beforeEach(async () => {
  world = await orphanWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const deleteSession = (id: string) => world.user.client.call(SessionCommandController.method.delete, { value: id });
const warnings = () => world.log.filter((line) => line.includes(" WARN "));

/** Creates sessions with a sandbox each. */
async function used(count: number): Promise<{ readonly sessions: string[]; readonly sandboxes: string[] }> {
  const sessions: string[] = [];
  const sandboxes: string[] = [];
  for (let made = 0; made < count; made++) {
    const session = await world.user.session();
    sessions.push(session);
    sandboxes.push(await world.sandbox({ session }));
  }
  return { sessions, sandboxes };
}

describe("the orphan collector", () => {
  test("deletes each kind of orphan after enough rounds and time, and logs why", async () => {
    const { sandboxes } = await used(3);
    const oneOff = await world.sandbox();
    const replaced = await world.user.session();
    const before = await world.sandbox({ session: replaced });
    const current = await world.sandbox({ session: replaced });
    const gone = await world.user.session();
    const unknown = await world.sandbox({ session: gone });
    await deleteSession(gone);
    const unwritten = await world.sandbox({ session: await world.user.session(), isWritten: false });
    const others = await world.labelled({ "stigmer-runner": "another group" });
    const strangers = await world.labelled({});
    const collector = await world.collector();
    const kept = [...sandboxes, current, unwritten, others, strangers];

    expect(await world.rounds(collector, 0.5)).toBe(0);
    expect(world.alive().sort()).toEqual([...kept, oneOff, before, unknown].sort());
    expect(await world.rounds(collector, 0.5)).toBe(2);
    expect(world.alive().sort()).toEqual([...kept, unknown].sort());
    expect(await world.rounds(collector, 5)).toBe(0);
    expect(await world.rounds(collector, 1)).toBe(1);
    expect(world.alive().sort()).toEqual(kept.sort());
    const lines = world.log.join("");
    expect(lines).toMatch(
      new RegExp(`Deleted the orphaned sandbox ${oneOff} .*had no session.*executionId=aex-left reason=one-off`),
    );
    expect(lines).toMatch(new RegExp(`sandbox ${before} .*another sandbox.*sessionId=${replaced}.*reason=replaced`));
    expect(lines).toMatch(new RegExp(`sandbox ${unknown} .*does not know its session.*sessionId=${gone}`));
    expect(warnings()).toEqual([]);
    expect(await collector.check()).toBeUndefined();
    expect(await world.rounds(collector, 12)).toBe(0);
  });

  test("deletes nothing in the first minutes after a start", async () => {
    const oneOff = await world.sandbox();
    await world.rounds(await world.collector(), 0.5);
    world.later(HOUR);
    const next = await world.collector();
    await world.redis.command("DEL", `stigmer:agent-runner:orphans:${GROUP}:round`);
    expect(await next.collect()).toBe(0);
    expect(world.log.join("")).toContain(`has just started: sandbox ${oneOff}`);
    expect(await world.rounds(next, 0.5)).toBe(1);
  });

  test("keeps sandboxes that are in use, were used recently, or are used again", async () => {
    const oneOff = await world.sandbox();
    const collector = await world.collector({ isInUse: () => true });
    expect(await world.rounds(collector, 2)).toBe(0);
    const other = await world.collector();
    await world.rounds(other, 0.5);
    // Another replica uses it.
    world.daytona.box(oneOff).lastActivityAt = new Date(Date.now() + 4 * HOUR - 5 * MINUTE);
    expect(await world.rounds(other, 2)).toBe(0);
    expect(await world.rounds(other, 2)).toBe(1);
  });

  test("starts from the beginning when a missing session is found again", async () => {
    await used(1);
    const session = await world.user.session();
    const id = await world.sandbox({ session });
    let isFound = false;
    const { getSandbox } = await sessionsThat((asked) => asked === session && !isFound);
    const collector = await world.collector({ sessions: { getSandbox, setSandbox: async () => undefined } });
    expect(await world.rounds(collector, 5.5)).toBe(0);
    isFound = true;
    await world.rounds(collector, 0.5);
    isFound = false;
    expect(await world.rounds(collector, 7.5)).toBe(0);
    expect(world.alive()).toContain(id);
    expect(await world.rounds(collector, 4)).toBe(1);
  });

  test("checks once more right before it deletes", async () => {
    await used(1);
    const session = await world.user.session();
    const id = await world.sandbox({ session });
    // Missing in the rounds, but found by the last check.
    let reads = 0;
    const { getSandbox } = await sessionsThat((asked) => asked === session && ++reads <= 13);
    const collector = await world.collector({ sessions: { getSandbox, setSandbox: async () => undefined } });
    expect(await world.rounds(collector, 6.5)).toBe(0);
    expect(world.alive()).toContain(id);
    expect(world.log.join("")).toContain(`Kept the sandbox ${id}`);
  });

  test("does not count an error of the backend or of Daytona as an answer", async () => {
    const { sandboxes } = await used(3);
    await world.backend.stop();
    const collector = await world.collector();
    const getSandbox = () => Promise.reject(new Error("no answer"));
    const failing = await world.collector({ sessions: { getSandbox, setSandbox: async () => undefined } });
    expect(await world.rounds(failing, 12)).toBe(0);
    world.daytona.fault({ request: /^GET \/sandbox$/, status: 400 });
    expect(await world.rounds(collector, 1)).toBe(0);
    expect(world.log.join("")).toContain("Looking for orphaned sandboxes failed");
    expect(world.alive().sort()).toEqual(sandboxes.sort());
  });

  test("only logs what it would delete in report mode", async () => {
    const oneOff = await world.sandbox();
    const collector = await world.collector({ collection: "report" });
    expect(await world.rounds(collector, 3)).toBe(0);
    expect(world.alive()).toEqual([oneOff]);
    expect(world.log.join("")).toContain(`Would delete sandbox ${oneOff}`);
  });

  /** The sessions of the backend; some seem to be missing. */
  async function sessionsThat(isMissing: (id: string) => boolean) {
    const real = new StigmerSessions(world.user.client);
    return { getSandbox: async (id: string) => (isMissing(id) ? undefined : await real.getSandbox(id)) };
  }
});

describe("a replica with the wrong backend", () => {
  test("does not collect, and says how to confirm that the backend has moved", async () => {
    const { sandboxes } = await used(3);
    await (await world.collector()).collect();
    const wrong = await world.collector({ at: world.empty });
    expect(await world.rounds(wrong, 24)).toBe(0);
    expect(world.alive().sort()).toEqual(sandboxes.sort());
    const problem = await wrong.check();
    expect(problem).toMatchObject({ status: "degraded" });
    for (const text of [world.empty.endpoint, world.backend.endpoint, "STIGMER_BACKEND_ENDPOINT", "Delete the key"])
      expect(problem?.reason).toContain(text);
    // Logged once.
    expect(warnings()).toHaveLength(1);
    await world.redis.command("DEL", BOUND);
    await world.rounds(wrong, 0.5);
    expect((await wrong.check())?.reason).not.toContain("Delete the key");
  });

  test("that started first deletes nothing, because it knows none of the sessions", async () => {
    for (const count of [3, 60]) {
      const { sandboxes } = await used(count);
      const wrong = await world.collector({ at: world.empty });
      expect(await world.rounds(wrong, 24)).toBe(0);
      expect(world.alive()).toEqual(expect.arrayContaining(sandboxes));
      expect((await wrong.check())?.reason).toMatch(/Orphan collection stopped: the backend .*know.* 3 of|63 of/);
      // What it saw does not count for a later one either.
      const right = await world.collector();
      await world.redis.command("DEL", BOUND);
      expect(await world.rounds(right, 6.5)).toBe(0);
      expect(world.alive()).toEqual(expect.arrayContaining(sandboxes));
      await world.redis.command("DEL", BOUND);
    }
  });

  test("deletes nothing if the backend lost many sessions", async () => {
    const { sessions, sandboxes } = await used(20);
    const collector = await world.collector();
    await world.rounds(collector, 1);
    for (const session of sessions.slice(0, 6)) await deleteSession(session);
    expect(await world.rounds(collector, 12)).toBe(0);
    expect(world.alive().sort()).toEqual(sandboxes.sort());
    expect((await collector.check())?.reason).toContain("6 of the group's 20 sandboxes");
  });
});

describe("the limits of the collector", () => {
  test("permit a share of the sandboxes to be deleted at a time, and none if there are more orphans", async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => world.sandbox()));
    const { sandboxes } = await used(4);
    const collector = await world.collector();
    expect(await world.rounds(collector, 3)).toBe(0);
    expect(world.alive().sort()).toEqual([...many, ...sandboxes].sort());
    expect(warnings()).toHaveLength(1);
    expect(warnings().join()).toMatch(/6 of the group's 10 sandboxes look orphaned, and at most 5 are deleted/);
    expect(warnings().join()).toContain("Daytona's dashboard");
    world.daytona.box(many[0] ?? "").state = "destroyed";
    expect(await world.rounds(collector, 0.5)).toBe(5);
    expect(await collector.check()).toBeUndefined();
    expect(world.log.join("")).toContain("Orphaned sandboxes are collected again");
  });

  test("let one replica of the group collect at a time, and rarely", async () => {
    await used(2);
    const collectors = await Promise.all(Array.from({ length: 5 }, () => world.collector()));
    const listings = () => world.daytona.count(/^GET \/sandbox$/);
    await Promise.all(collectors.map((collector) => collector.collect()));
    expect(listings()).toBe(1);
    for (const collector of collectors) await collector.collect();
    expect(listings()).toBe(1);
  });

  test("stop a round whose lock was lost", async () => {
    const orphans = await Promise.all(Array.from({ length: 4 }, () => world.sandbox()));
    let held = 3;
    const tryLock = async () => ({ isHeld: async () => held-- > 0, release: async () => undefined });
    const collector = await world.collector({ tryLock });
    expect(await world.rounds(collector, 1)).toBe(0);
    expect(world.alive()).toHaveLength(1);
    expect(orphans).toContain(world.alive()[0] ?? "");
    expect(warnings().join()).toContain("another replica");
  });

  test("limit the sessions that are read in a round, each again only after hours", async () => {
    const count = 10_000;
    const lastActivityAt = new Date(0).toISOString();
    const remotes = Array.from({ length: count }, (_, index) => ({
      id: `sandbox-${index}`,
      labels: { "stigmer-runner": GROUP, "stigmer-session": `ses-${index}` },
      lastActivityAt,
    }));
    const api = { list: async () => remotes } as unknown as DaytonaApi;
    let reads = 0;
    let reading = 0;
    let most = 0;
    const getSandbox = async (session: string) => {
      reads++;
      most = Math.max(most, ++reading);
      await Promise.resolve();
      reading--;
      return { sandboxId: session.replace("ses-", "sandbox-") };
    };
    const collector = await world.collector({ api, sessions: { getSandbox, setSandbox: async () => undefined } });
    const perRound: number[] = [];
    for (let round = 0; round < 24; round++) {
      reads = 0;
      expect(await world.rounds(collector, 0.5)).toBe(0);
      perRound.push(reads);
    }
    expect(Math.max(...perRound)).toBeLessThanOrEqual(5_000);
    expect(most).toBe(8);
    // Each is asked for once in two to four hours: before it could count that it is missing.
    const total = perRound.reduce((sum, reads) => sum + reads, 0);
    expect(total).toBeGreaterThan((12 / 4.5) * count);
    expect(total).toBeLessThan((12 / 2 + 1) * count);
  });
});
