import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { DaytonaDouble } from "../support/daytona-double/daytona-double.ts";
import { MemorySessions, memoryLocks, memoryOrganization } from "../support/daytona-double/ports.ts";
import { openReplica, type Replica, type ReplicaOptions } from "../support/daytona-double/replica.ts";
import { eventually, pause, until } from "../support/eventually.ts";

let double: DaytonaDouble;
let sessions: MemorySessions;
const replicas: Replica[] = [];

beforeEach(() => {
  double = new DaytonaDouble();
  sessions = new MemorySessions("ses-1", "ses-2");
});
afterEach(async () => {
  double.heal();
  await Promise.all(replicas.splice(0).map((replica) => replica.close()));
  await double.stop();
});

function open(options: Partial<ReplicaOptions> = {}): Replica {
  const replica = openReplica({ double, sessions, ...options });
  replicas.push(replica);
  return replica;
}

/** Creates the session's sandbox in an execution that ends. */
async function earlier(replica: Replica): Promise<string> {
  const handle = await replica.acquire();
  await handle.sandbox.writeFile("earlier.txt", "yes");
  await handle.release();
  return handle.sandbox.id;
}

const creations = () => double.count(/^POST \/sandbox$/);

describe("a session's sandbox at Daytona", () => {
  test("is created with labels and limits, and stored in the session", async () => {
    const { sandbox, notice } = await open({ snapshotId: "dev-tools" }).acquire();
    const box = double.box(sandbox.id);
    expect(sessions.sandboxes.get("ses-1")).toBe(sandbox.id);
    expect(notice).toBeUndefined();
    expect(box.labels).toMatchObject({
      "stigmer-runner": "group",
      "stigmer-session": "ses-1",
      "stigmer-execution": "aex-1",
    });
    expect(box.params).toMatchObject({ snapshot: "dev-tools", autoStopInterval: 15, autoDeleteInterval: 60 });
    expect(box.name).toMatch(/^stigmer-ses-1-[0-9a-f]{8}$/);
    expect(sandbox.root).toBe(box.folder);
  });

  test("is kept when an execution ends, and used by the next one", async () => {
    const replica = open();
    const id = await earlier(replica);
    const { sandbox, notice } = await replica.acquire();
    expect([sandbox.id, notice]).toEqual([id, undefined]);
    expect(new TextDecoder().decode(await sandbox.readFile("earlier.txt"))).toBe("yes");
    expect(creations()).toBe(1);
  });

  test("is created once, even if several replicas need it at the same time", async () => {
    const shared = { locks: memoryLocks() };
    const handles = await Promise.all([open(shared), open(shared), open(shared)].map((replica) => replica.acquire()));
    expect(new Set(handles.map(({ sandbox }) => sandbox.id)).size).toBe(1);
    expect(creations()).toBe(1);
  });

  test.each(["stopped", "archived", "paused"])("is started if it is %s", async (state) => {
    const replica = open();
    const id = await earlier(replica);
    double.box(id).state = state;
    const { sandbox } = await replica.acquire();
    expect(sandbox.id).toBe(id);
    expect((await sandbox.execute("cat earlier.txt")).output).toBe("yes");
    expect(double.count(/\/start$/)).toBe(1);
    expect(replica.log.join("\n")).toContain(`is ${state}: starting it`);
  });

  test("is waited for while its state changes", async () => {
    const replica = open();
    const id = await earlier(replica);
    double.box(id).state = "stopping";
    const looks = () => double.count(new RegExp(`^GET /sandbox/${id}$`));
    const before = looks();
    const acquiring = replica.acquire();
    await until("it is looked at", () => looks() > before);
    double.box(id).state = "stopped";
    expect((await acquiring).sandbox.id).toBe(id);
  });

  test.each(["error", "build_failed", "destroying"])("is replaced if it is %s, and the user is told", async (state) => {
    const replica = open();
    const id = await earlier(replica);
    double.box(id).state = state;
    const { sandbox, notice } = await replica.acquire();
    expect(sandbox.id).not.toBe(id);
    expect(sessions.sandboxes.get("ses-1")).toBe(sandbox.id);
    expect(notice).toContain("has been replaced by a new one");
  });

  test("is replaced if it is gone", async () => {
    const replica = open();
    const id = await earlier(replica);
    expect(await replica.sandboxes.cleanup(id)).toBe("deleted");
    const { sandbox, notice } = await replica.acquire();
    expect(sandbox.id).not.toBe(id);
    expect(notice).toContain("replaced");
  });

  test("is not replaced if Daytona does not find it only once", async () => {
    const replica = open();
    const id = await earlier(replica);
    // It can only be found by its id.
    double.box(id).labels = {};
    double.fault({ request: new RegExp(`^GET /sandbox/${id}$`), status: 404, times: 1 });
    const { sandbox, notice } = await replica.acquire();
    expect([sandbox.id, notice]).toEqual([id, undefined]);
    expect(creations()).toBe(1);
  });

  test("is replaced once if it was deleted between its start and its first use, and the user is told", async () => {
    const replica = open();
    const id = await earlier(replica);
    // The state before is still "started".
    double.onRequest = (entry) => {
      if (entry.includes(`${id}/work-dir`)) double.box(id).state = "destroyed";
    };
    const { sandbox, notice } = await replica.acquire();
    expect(sandbox.id).not.toBe(id);
    expect(notice).toContain("has been replaced by a new one");
    expect((await sandbox.execute("echo works")).output).toBe("works\n");
    expect(sessions.sandboxes.get("ses-1")).toBe(sandbox.id);
    expect(replica.log.join("")).toMatch(new RegExp(`${id} was deleted before its first use.*executionId=aex-1`));
    expect(creations()).toBe(2);
  });

  test("is not replaced endlessly if each one is deleted immediately", async () => {
    double.onRequest = (entry) => {
      const [, id = ""] = /\/toolbox\/([^/]+)\//.exec(entry) ?? [];
      if (id !== "") double.box(id).state = "destroyed";
    };
    await expect(open().acquire()).rejects.toThrow();
    expect(creations()).toBe(2);
  });

  test("is not replaced by a runner whose key belongs to another organization; the error says so", async () => {
    const id = await earlier(open());
    const elsewhere = new DaytonaDouble();
    const wrong = openReplica({ double: elsewhere, sessions, organization: memoryOrganization("the others' one") });
    replicas.push(wrong);
    await expect(wrong.acquire()).rejects.toThrow(/organization org of this runner's DAYTONA_API_KEY.*the others' one/);
    expect(sessions.sandboxes.get("ses-1")).toBe(id);
    expect(elsewhere.alive).toEqual([]);
    expect((await open().acquire()).sandbox.id).toBe(id);
    await elsewhere.stop();
  });

  test("is not replaced while the organization of the other runners is unknown, and the user is told to try again", async () => {
    const id = await earlier(open());
    const elsewhere = new DaytonaDouble();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => elsewhere.stop());
    const organization = memoryOrganization("org");
    const unknown = { ...organization, bind: () => Promise.reject(new Error("Redis is away.")) };
    const blind = openReplica({ double: elsewhere, sessions, organization: unknown });
    replicas.push(blind);
    const refused = /ses-1 was not found\. It is not replaced.*Redis is away\. Send the message again/;
    await expect(blind.acquire()).rejects.toThrow(refused);
    expect([elsewhere.alive, sessions.sandboxes.get("ses-1")]).toEqual([[], id]);

    // A new sandbox that could not be deleted is not used instead either.
    elsewhere.fault({ request: /^DELETE/, status: 403, times: 1 });
    await expect(blind.acquire()).rejects.toThrow(refused);
    expect(elsewhere.alive).toHaveLength(1);
    await expect(blind.acquire()).rejects.toThrow(refused);
    expect(sessions.sandboxes.get("ses-1")).toBe(id);

    // A session without a sandbox gets one.
    sessions.sandboxes.set("ses-2", undefined);
    expect((await blind.acquire({ sessionId: "ses-2" })).notice).toBeUndefined();
  });

  test("is named in the log with its execution and session", async () => {
    const replica = open();
    const id = await earlier(replica);
    double.box(id).state = "stopped";
    const { sandbox } = await replica.acquire({ executionId: "aex-2" });
    double.box(id).state = "stopped";
    await sandbox.execute("true");
    const lines = replica.log.filter((line) => line.includes(id));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/\[executionId=aex-2 sessionId=ses-1\]/);
  });

  test("is never the sandbox of another session", async () => {
    const replica = open();
    const id = await earlier(replica);
    sessions.sandboxes.set("ses-2", id);
    const { sandbox } = await replica.acquire({ sessionId: "ses-2" });
    expect(sandbox.id).not.toBe(id);
  });

  test("may have been created by somebody else", async () => {
    const replica = open();
    const id = await earlier(replica);
    double.box(id).labels = { team: "ours" };
    expect((await replica.acquire()).sandbox.id).toBe(id);
  });

  test("is used now and later even if it could not be stored in the session", async () => {
    const replica = open();
    sessions.broken = new Error("the backend is away");
    const id = await earlier(replica);
    expect(replica.log.join("\n")).toContain("the backend is away");
    expect(sessions.sandboxes.get("ses-1")).toBeUndefined();
    sessions.broken = undefined;
    expect((await replica.acquire()).sandbox.id).toBe(id);
    expect(sessions.sandboxes.get("ses-1")).toBe(id);
  });

  test("is kept awake while it is used, and no longer", async () => {
    const handle = await open({ keepAliveMs: 20 }).acquire();
    const box = double.box(handle.sandbox.id);
    await until("it is refreshed more than once", () => box.refreshed > 2);
    await handle.release();
    // The last request may still be under way.
    await eventually(async () => {
      const last = box.refreshed;
      await pause(200);
      expect(box.refreshed).toBe(last);
    });
  });
});

describe("a sandbox of an execution without a session", () => {
  test("is deleted when the execution ends", async () => {
    const replica = open();
    const handle = await replica.acquire({ sessionId: "" });
    const box = double.box(handle.sandbox.id);
    expect(box.labels).not.toHaveProperty("stigmer-session");
    expect(box.params.autoDeleteInterval).toBe(0);
    expect((await handle.sandbox.execute("echo works")).output).toBe("works\n");
    await handle.release();
    expect(double.alive).toEqual([]);
  });
});

describe("a new sandbox", () => {
  test("that does not start is deleted, and the error says why and what to check", async () => {
    double.failsWith = { state: "error", reason: "no such image" };
    await expect(open().acquire()).rejects.toMatchObject({
      message: expect.stringContaining("no such image"),
      remedies: [expect.stringContaining("DAYTONA_DEV_TOOLS_SNAPSHOT_ID")],
    });
    await until("it is deleted", () => double.alive.length === 0);
    expect(sessions.sandboxes.get("ses-1")).toBeUndefined();
  });

  test("that is not ready within the limit is deleted", async () => {
    double.startMs = 60_000;
    await expect(open({ readyTimeoutMs: 700 }).acquire()).rejects.toThrow(
      "did not make the new sandbox of session ses-1 ready within 0.7 s",
    );
    await until("it is deleted", () => double.boxes.size === 1 && double.alive.length === 0);
  });

  test("that is not ready when the execution is cancelled is deleted", async () => {
    double.startMs = 60_000;
    const controller = new AbortController();
    const attempt = open().acquire({ signal: controller.signal });
    await until("it is requested", () => double.boxes.size === 1);
    controller.abort(new Error("cancelled"));
    await expect(attempt).rejects.toThrow("cancelled");
    await until("it is deleted", () => double.alive.length === 0);
  });

  test("that lacks programs is deleted, and the error names them", async () => {
    double.path = "/nothing/here";
    await expect(open().acquire()).rejects.toThrow(/did not run the runner|lacks programs/);
    expect(double.alive).toEqual([]);
  });
});
