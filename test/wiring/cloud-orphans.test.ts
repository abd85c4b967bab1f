import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Redis } from "ioredis";
import { StigmerSessions } from "../../src/stigmer/index.ts";
import { type Backend, startBackend } from "../support/backend.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD, type Replica } from "../support/cloud-world.ts";
import { Box } from "../support/daytona-double/box.ts";
import { eventually } from "../support/eventually.ts";

const SANDBOXES = 55;
const DAY_MS = 86_400_000;

let world: CloudWorld;
let empty: Backend;
let redis: Redis;
const replicas: Replica[] = [];
beforeAll(async () => {
  world = await cloudWorld();
  empty = await startBackend(join(world.folder, "empty"));
  redis = new Redis({ host: world.redis.host, port: world.redis.port, password: REDIS_PASSWORD });
});
afterAll(async () => {
  redis.disconnect();
  await empty[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});
afterEach(async () => {
  await Promise.all(replicas.splice(0).map(({ program }) => program[Symbol.asyncDispose]()));
});

async function start(env?: Readonly<Record<string, string>>): Promise<Replica> {
  const replica = await world.replica(env);
  replicas.push(replica);
  return replica;
}

/** Sandboxes of living sessions of the group, that nobody has used for a day. */
async function livingSandboxes(): Promise<void> {
  const group = (await redis.get("stigmer:agent-runner:group")) ?? "";
  const sessions = new StigmerSessions(world.user.client);
  for (let count = 0; count < SANDBOXES; count++) {
    const session = await world.user.session();
    const box = new Box({ labels: { "stigmer-runner": group, "stigmer-session": session } });
    box.state = "started";
    box.lastActivityAt = new Date(Date.now() - DAY_MS);
    world.daytona.boxes.set(box.id, box);
    await sessions.setSandbox(session, box.id);
  }
}

/** Waits until the check says so. @returns its reason */
async function orphanCheckIs({ admin }: Replica, status: string): Promise<string> {
  return await eventually(async () => {
    const { checks } = JSON.parse((await admin("/healthz")).text) as {
      checks: { name: string; status: string; reason?: string }[];
    };
    const check = checks.find(({ name }) => name === "orphan collection");
    if (check?.status !== status) throw new Error(`the check is ${JSON.stringify(check)}`);
    return check.reason ?? "";
  });
}

describe("a replica with the address of an empty backend", () => {
  test("deletes no sandbox of existing sessions, and says what is wrong", async () => {
    const right = await start();
    await livingSandboxes();
    const wrong = { STIGMER_BACKEND_ENDPOINT: empty.endpoint };
    const beside = await start(wrong);
    await beside.program.says("This runner does not collect orphaned sandboxes");
    expect(beside.program.output()).toContain(
      `the other runners of this Redis use ${world.env["STIGMER_BACKEND_ENDPOINT"]}`,
    );
    expect(await orphanCheckIs(beside, "degraded")).toContain("delete the key stigmer:agent-runner:backend");
    // It is a matter of the operator, and no reason to take no work.
    expect((await beside.admin("/readyz")).status).toBe(200);
    await orphanCheckIs(right, "ok");

    // The first one after Redis was emptied, so that nothing tells it that it is wrong.
    const keys = await redis.keys("stigmer:agent-runner:orphans:*");
    await redis.del("stigmer:agent-runner:backend", ...keys);
    const first = await start(wrong);
    await first.program.says(
      `the backend does not know the sessions of ${SANDBOXES} of the group's ${SANDBOXES} sandboxes`,
    );
    await orphanCheckIs(first, "degraded");
    expect(world.daytona.alive).toHaveLength(SANDBOXES);
    expect(world.daytona.count(/^DELETE/)).toBe(0);
  });

  test("collects nothing when collection is off, and has no health check for it", async () => {
    const { program, admin } = await start({ DAYTONA_ORPHAN_COLLECTION: "off" });
    await eventually(async () => expect(JSON.parse((await admin("/healthz")).text).checks.length).toBeGreaterThan(1));
    expect((await admin("/healthz")).text).not.toContain("orphan");
    expect(program.output()).not.toContain("orphan");
  });
});
