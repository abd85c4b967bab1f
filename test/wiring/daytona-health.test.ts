import { afterEach, beforeEach, expect, test } from "bun:test";
import { DaytonaHealth } from "../../src/sandbox/daytona/index.ts";
import { DaytonaDouble } from "../support/daytona-double/daytona-double.ts";
import { MemorySessions } from "../support/daytona-double/ports.ts";
import { openReplica, type Replica } from "../support/daytona-double/replica.ts";

let double: DaytonaDouble;
let replica: Replica;
beforeEach(() => {
  double = new DaytonaDouble();
  replica = openReplica({ double, sessions: new MemorySessions("ses-1") });
});
afterEach(async () => {
  double.heal();
  await replica.close();
  await double.stop();
});

test("a cleanup returns what it did", async () => {
  const { sandbox, release } = await replica.acquire();
  await release();
  double.fault({ request: /^DELETE/, status: 400, message: "it does not want to", times: 1 });
  expect(await replica.sandboxes.cleanup(sandbox.id)).toMatch(/^could not be deleted: .*it does not want to/);
  expect(await replica.sandboxes.cleanup(sandbox.id)).toBe("deleted");
  expect(await replica.sandboxes.cleanup(sandbox.id)).toBe("was gone already");
});

test("a cleanup keeps sandboxes in use, and those that this group did not create", async () => {
  const { sandbox } = await replica.acquire();
  const made = async (labels: Record<string, string>) => (await replica.api.client.create({ labels })).id;
  const [others, strangers] = [await made({ "stigmer-runner": "another group" }), await made({})];
  expect(await replica.sandboxes.cleanup(sandbox.id)).toBe("left alone: an execution uses it");
  expect(await replica.sandboxes.cleanup(others)).toBe("left alone: it belongs to other runners (another group)");
  expect(await replica.sandboxes.cleanup(strangers)).toBe("left alone: no runner created it");
  expect(double.alive).toHaveLength(3);
});

test("the health check asks Daytona once a minute; a refused key is failed, a broken service degraded", async () => {
  const health = new DaytonaHealth(replica.api);
  expect(await health.check()).toBeUndefined();
  await health.check();
  expect(double.count(/^GET \/sandbox$/)).toBe(1);
  double.fault({ request: /^GET \/sandbox$/, status: 401, message: "key revoked", times: 1 });
  expect(await new DaytonaHealth(replica.api).check()).toMatchObject({
    status: "failed",
    reason: expect.stringContaining("key revoked"),
  });
  double.heal();
  double.fault({ request: /^GET \/sandbox$/, status: 500, message: "out of order" });
  expect(await new DaytonaHealth(replica.api).check()).toMatchObject({
    status: "degraded",
    reason: expect.stringContaining("out of order"),
  });
});

test.each([
  ["has no such path", () => Response.json({ message: "Cannot GET /sandbox", statusCode: 404 }, { status: 404 })],
  [
    "answers everything with a web page",
    () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
  ],
  ["answers in another form", () => Response.json({ sandboxes: [] })],
])("the health check names DAYTONA_API_URL if its server %s", async (_, fetch) => {
  await using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
  const other = openReplica({
    double,
    sessions: new MemorySessions("ses-1"),
    apiUrl: `http://127.0.0.1:${server.port}/wrong`,
  });
  const problem = await new DaytonaHealth(other.api).check();
  expect(problem).toEqual({
    status: "degraded",
    reason: expect.stringMatching(/^Daytona could not list sandboxes: [^.]*\.$/),
    remedies: [expect.stringMatching(/^This is not Daytona's API: check DAYTONA_API_URL\./)],
  });
  await other.close();
});
