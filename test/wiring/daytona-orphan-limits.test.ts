import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { DaytonaApi } from "../../src/sandbox/daytona/index.ts";
import { GROUP, type OrphanWorld, orphanWorld } from "../support/orphan-world.ts";

let world: OrphanWorld;
beforeEach(async () => {
  world = await orphanWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

describe("the limits of the collector", () => {
  test("permit a share of the sandboxes to be deleted at a time, and none if there are more orphans", async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => world.sandbox()));
    const { sandboxes } = await world.used(4);
    const collector = await world.collector();
    expect(await world.rounds(collector, 3)).toBe(0);
    expect(world.alive().sort()).toEqual([...many, ...sandboxes].sort());
    expect(world.warnings()).toHaveLength(1);
    expect(world.warnings().join()).toMatch(/6 of the group's 10 sandboxes look orphaned, and at most 5 are deleted/);
    expect(world.warnings().join()).toContain("Daytona's dashboard");
    world.daytona.box(many[0] ?? "").state = "destroyed";
    expect(await world.rounds(collector, 0.5)).toBe(5);
    expect(await collector.check()).toBeUndefined();
    expect(world.log.join("")).toContain("Orphaned sandboxes are collected again");
  });

  test("let one replica of the group collect at a time, and rarely", async () => {
    await world.used(2);
    const collectors = await Promise.all(Array.from({ length: 5 }, () => world.collector()));
    const listings = () => world.daytona.count(/^GET \/sandbox$/);
    await Promise.all(collectors.map((collector) => collector.collect()));
    expect(listings()).toBe(1);
    for (const collector of collectors) await collector.collect();
    expect(listings()).toBe(1);
  });

  test("count what was found and deleted, for metrics", async () => {
    await world.sandbox();
    const { sandboxes } = await world.used(2);
    world.daytona.box(sandboxes[0] ?? "").state = "stopped";
    const lists: string[][] = [];
    let deleted = 0;
    const measures = {
      sandboxesListed: (states: readonly string[]) => void lists.push(states.toSorted()),
      orphanDeleted: () => void deleted++,
    };
    const collector = await world.collector({ measures });
    expect(await world.rounds(collector, 1.5)).toBe(1);
    const [last] = lists.splice(-1);
    expect(lists).toEqual([
      ["started", "started", "stopped"],
      ["started", "started", "stopped"],
    ]);
    expect(last).toEqual(["started", "stopped"]);
    expect(deleted).toBe(1);
  });

  test("stop a round whose lock was lost", async () => {
    const orphans = await Promise.all(Array.from({ length: 4 }, () => world.sandbox()));
    let held = 3;
    const tryLock = async () => ({ isHeld: async () => held-- > 0, release: async () => undefined });
    const collector = await world.collector({ tryLock });
    expect(await world.rounds(collector, 1)).toBe(0);
    expect(world.alive()).toHaveLength(1);
    expect(orphans).toContain(world.alive()[0] ?? "");
    expect(world.warnings().join()).toContain("another replica");
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
