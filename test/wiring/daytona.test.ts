import { describe, expect, test } from "bun:test";
import { DaytonaDouble } from "../support/daytona-double/daytona-double.ts";
import { memoryLocks, memoryOrganization } from "../support/daytona-double/ports.ts";
import { daytonaReplicas } from "../support/daytona-double/replicas.ts";
import { eventually, pause, until } from "../support/eventually.ts";

const daytona = daytonaReplicas();

describe("a session's sandbox at Daytona", () => {
  test("is created with labels and limits, and stored in the session", async () => {
    const { sandbox, notice } = await daytona.open({ snapshotId: "dev-tools" }).acquire();
    const box = daytona.double.box(sandbox.id);
    expect(daytona.sessions.sandboxes.get("ses-1")).toBe(sandbox.id);
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
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    const { sandbox, notice } = await replica.acquire();
    expect([sandbox.id, notice]).toEqual([id, undefined]);
    expect(new TextDecoder().decode(await sandbox.readFile("earlier.txt"))).toBe("yes");
    expect(daytona.creations()).toBe(1);
  });

  test("is created once, even if several replicas need it at the same time", async () => {
    const shared = { locks: memoryLocks() };
    const handles = await Promise.all(
      [daytona.open(shared), daytona.open(shared), daytona.open(shared)].map((replica) => replica.acquire()),
    );
    expect(new Set(handles.map(({ sandbox }) => sandbox.id)).size).toBe(1);
    expect(daytona.creations()).toBe(1);
  });

  test.each(["stopped", "archived", "paused"])("is started if it is %s", async (state) => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    daytona.double.box(id).state = state;
    const { sandbox } = await replica.acquire();
    expect(sandbox.id).toBe(id);
    expect((await sandbox.execute("cat earlier.txt")).output).toBe("yes");
    expect(daytona.double.count(/\/start$/)).toBe(1);
    expect(replica.log.join("\n")).toContain(`is ${state}: starting it`);
  });

  test("is waited for while its state changes", async () => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    daytona.double.box(id).state = "stopping";
    const looks = () => daytona.double.count(new RegExp(`^GET /sandbox/${id}$`));
    const before = looks();
    const acquiring = replica.acquire();
    await until("it is looked at", () => looks() > before);
    daytona.double.box(id).state = "stopped";
    expect((await acquiring).sandbox.id).toBe(id);
  });

  test.each(["error", "build_failed", "destroying"])("is replaced if it is %s, and the user is told", async (state) => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    daytona.double.box(id).state = state;
    const { sandbox, notice } = await replica.acquire();
    expect(sandbox.id).not.toBe(id);
    expect(daytona.sessions.sandboxes.get("ses-1")).toBe(sandbox.id);
    expect(notice).toContain("has been replaced by a new one");
  });

  test("is replaced if it is gone", async () => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    expect(await replica.sandboxes.cleanup(id)).toBe("deleted");
    const { sandbox, notice } = await replica.acquire();
    expect(sandbox.id).not.toBe(id);
    expect(notice).toContain("replaced");
  });

  test("is not replaced if Daytona does not find it only once", async () => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    // It can only be found by its id.
    daytona.double.box(id).labels = {};
    daytona.double.fault({ request: new RegExp(`^GET /sandbox/${id}$`), status: 404, times: 1 });
    const { sandbox, notice } = await replica.acquire();
    expect([sandbox.id, notice]).toEqual([id, undefined]);
    expect(daytona.creations()).toBe(1);
  });

  test("is replaced once if it was deleted between its start and its first use, and the user is told", async () => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    // The state before is still "started".
    daytona.double.onRequest = (entry) => {
      if (entry.includes(`${id}/work-dir`)) daytona.double.box(id).state = "destroyed";
    };
    const { sandbox, notice } = await replica.acquire();
    expect(sandbox.id).not.toBe(id);
    expect(notice).toContain("has been replaced by a new one");
    expect((await sandbox.execute("echo works")).output).toBe("works\n");
    expect(daytona.sessions.sandboxes.get("ses-1")).toBe(sandbox.id);
    expect(replica.log.join("")).toMatch(new RegExp(`${id} was deleted before its first use.*executionId=aex-1`));
    expect(daytona.creations()).toBe(2);
  });

  test("is not replaced endlessly if each one is deleted immediately", async () => {
    daytona.double.onRequest = (entry) => {
      const [, id = ""] = /\/toolbox\/([^/]+)\//.exec(entry) ?? [];
      if (id !== "") daytona.double.box(id).state = "destroyed";
    };
    await expect(daytona.open().acquire()).rejects.toThrow();
    expect(daytona.creations()).toBe(2);
  });

  test("is not replaced by a runner whose key belongs to another organization; the error says so", async () => {
    const id = await daytona.earlier(daytona.open());
    const elsewhere = new DaytonaDouble();
    const wrong = daytona.open({ double: elsewhere, organization: memoryOrganization("the others' one") });
    await expect(wrong.acquire()).rejects.toThrow(/organization org of this runner's DAYTONA_API_KEY.*the others' one/);
    expect(daytona.sessions.sandboxes.get("ses-1")).toBe(id);
    expect(elsewhere.alive).toEqual([]);
    expect((await daytona.open().acquire()).sandbox.id).toBe(id);
    await elsewhere.stop();
  });

  test("is not replaced while the organization of the other runners is unknown, and the user is told to try again", async () => {
    const id = await daytona.earlier(daytona.open());
    const elsewhere = new DaytonaDouble();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => elsewhere.stop());
    const organization = memoryOrganization("org");
    const unknown = { ...organization, bind: () => Promise.reject(new Error("Redis is away.")) };
    const blind = daytona.open({ double: elsewhere, organization: unknown });
    const refused = /ses-1 was not found\. It is not replaced.*Redis is away\. Send the message again/;
    await expect(blind.acquire()).rejects.toThrow(refused);
    expect([elsewhere.alive, daytona.sessions.sandboxes.get("ses-1")]).toEqual([[], id]);

    // A new sandbox that could not be deleted is not used instead either.
    elsewhere.fault({ request: /^DELETE/, status: 403, times: 1 });
    await expect(blind.acquire()).rejects.toThrow(refused);
    expect(elsewhere.alive).toHaveLength(1);
    await expect(blind.acquire()).rejects.toThrow(refused);
    expect(daytona.sessions.sandboxes.get("ses-1")).toBe(id);

    // A session without a sandbox gets one.
    daytona.sessions.sandboxes.set("ses-2", undefined);
    expect((await blind.acquire({ sessionId: "ses-2" })).notice).toBeUndefined();
  });

  test("is named in the log with its execution and session", async () => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    daytona.double.box(id).state = "stopped";
    const { sandbox } = await replica.acquire({ executionId: "aex-2" });
    daytona.double.box(id).state = "stopped";
    await sandbox.execute("true");
    const lines = replica.log.filter((line) => line.includes(id));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/\[executionId=aex-2 sessionId=ses-1\]/);
  });

  test("is never the sandbox of another session", async () => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    daytona.sessions.sandboxes.set("ses-2", id);
    const { sandbox } = await replica.acquire({ sessionId: "ses-2" });
    expect(sandbox.id).not.toBe(id);
  });

  test("may have been created by somebody else", async () => {
    const replica = daytona.open();
    const id = await daytona.earlier(replica);
    daytona.double.box(id).labels = { team: "ours" };
    expect((await replica.acquire()).sandbox.id).toBe(id);
  });

  test("is used now and later even if it could not be stored in the session", async () => {
    const replica = daytona.open();
    daytona.sessions.broken = new Error("the backend is away");
    const id = await daytona.earlier(replica);
    expect(replica.log.join("\n")).toContain("the backend is away");
    expect(daytona.sessions.sandboxes.get("ses-1")).toBeUndefined();
    daytona.sessions.broken = undefined;
    expect((await replica.acquire()).sandbox.id).toBe(id);
    expect(daytona.sessions.sandboxes.get("ses-1")).toBe(id);
  });

  test("is kept awake while it is used, and no longer", async () => {
    const handle = await daytona.open({ keepAliveMs: 20 }).acquire();
    const box = daytona.double.box(handle.sandbox.id);
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
