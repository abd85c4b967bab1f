import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { SessionCommandController, StigmerSessions } from "../../src/stigmer/index.ts";
import { GROUP, HOUR, MINUTE, type OrphanWorld, orphanWorld } from "../support/orphan-world.ts";

const BOUND = "stigmer:agent-runner:backend";

let world: OrphanWorld;
beforeEach(async () => {
  world = await orphanWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const deleteSession = (id: string) => world.user.client.call(SessionCommandController.method.delete, { value: id });

describe("the orphan collector", () => {
  test("deletes each kind of orphan after enough rounds and time, and logs why", async () => {
    const { sandboxes } = await world.used(3);
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
    expect(world.warnings()).toEqual([]);
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
    await world.used(1);
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
    await world.used(1);
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
    const { sandboxes } = await world.used(3);
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
    const { sandboxes } = await world.used(3);
    await (await world.collector()).collect();
    const wrong = await world.collector({ at: world.empty });
    expect(await world.rounds(wrong, 24)).toBe(0);
    expect(world.alive().sort()).toEqual(sandboxes.sort());
    const problem = await wrong.check();
    expect(problem).toMatchObject({ status: "degraded" });
    for (const text of [world.empty.endpoint, world.backend.endpoint, "STIGMER_BACKEND_ENDPOINT", "Delete the key"])
      expect(problem?.reason).toContain(text);
    // Logged once.
    expect(world.warnings()).toHaveLength(1);
    await world.redis.command("DEL", BOUND);
    await world.rounds(wrong, 0.5);
    expect((await wrong.check())?.reason).not.toContain("Delete the key");
  });

  test("that started first deletes nothing, because it knows none of the sessions", async () => {
    for (const count of [3, 60]) {
      const { sandboxes } = await world.used(count);
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
    const { sessions, sandboxes } = await world.used(20);
    const collector = await world.collector();
    await world.rounds(collector, 1);
    for (const session of sessions.slice(0, 6)) await deleteSession(session);
    expect(await world.rounds(collector, 12)).toBe(0);
    expect(world.alive().sort()).toEqual(sandboxes.sort());
    expect((await collector.check())?.reason).toContain("6 of the group's 20 sandboxes");
  });
});
