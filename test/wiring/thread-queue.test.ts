import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { monotonicFactory } from "ulid";
import { createLogger } from "../../src/log/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import type { ThreadStore } from "../../src/threads/index.ts";
import { pause, until } from "../support/eventually.ts";
import { type QueueSubject, redisQueue, sqliteQueue } from "../support/queue-subjects.ts";

const never = new AbortController().signal;
const nextUlid = monotonicFactory();
const nextOldUlid = monotonicFactory();
/** Ids of executions, in the order of their creation. */
const executions = (count: number) => Array.from({ length: count }, () => `aex-${nextUlid().toLowerCase()}`);
/** Long before now, so that nothing has to settle. */
const old = (count: number) =>
  Array.from({ length: count }, () => `aex-${nextOldUlid(Date.now() - 3_600_000).toLowerCase()}`);

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

const subjects = [
  ["Redis", redisQueue],
  ["SQLite", sqliteQueue],
] as const;

describe.each(subjects)("thread queue in %s", (_, openSubject) => {
  let subject: QueueSubject;
  const lines: string[] = [];
  const log = createLogger({
    ...{ level: "debug", format: "text", mask: new SecretMask() },
    write: (line) => lines.push(line),
  });
  /** What Temporal says of workflows. */
  const open = new Map<string, boolean>();
  const asked: string[] = [];
  const isWorkflowOpen = async (id: string) => {
    asked.push(id);
    return open.get(id);
  };
  /** Two replicas. */
  let stores: readonly [ThreadStore, ThreadStore];
  let thread: string;
  beforeAll(async () => {
    subject = await openSubject();
    stores = [await subject.open(log, isWorkflowOpen), await subject.open(log, isWorkflowOpen)];
  });
  afterAll(() => subject[Symbol.asyncDispose]());
  beforeEach(() => {
    thread = `thread-ses-${crypto.randomUUID()}`;
    lines.length = 0;
    asked.length = 0;
  });

  const storeOf = (index: number) => stores[index % 2 === 0 ? 0 : 1];

  /** Has each execution take the thread for a moment; gives the order in which they had it. */
  async function serve(ids: readonly string[], arrival: readonly string[]): Promise<string[]> {
    const served: string[] = [];
    let holders = 0;
    const work = async (id: string, index: number) => {
      const release = await storeOf(index).acquire(thread, id, never);
      expect(++holders).toBe(1);
      served.push(id);
      await pause(1);
      holders--;
      await release();
    };
    await Promise.all(arrival.map(work));
    expect(served).toHaveLength(ids.length);
    return served;
  }

  test("serves many executions one at a time in the order of their creation, however they arrive", async () => {
    const ids = executions(60);
    await Promise.all(shuffled(ids).map((id, index) => storeOf(index).announce(thread, id)));
    expect(await serve(ids, shuffled(ids))).toEqual(ids);
    expect(await subject.size()).toBe(0);
  });

  test("blocks an execution until an earlier announced one has arrived and run", async () => {
    const [first = "", second = ""] = old(2);
    await stores[0].announce(thread, first);
    const order: string[] = [];
    const later = stores[1].acquire(thread, second, never).then((release) => {
      order.push("second");
      return release;
    });
    await until("it waits", () => lines.some((line) => line.includes(`${second} waits for `)));
    const release = await stores[0].acquire(thread, first, never);
    order.push("first");
    await release();
    await (await later)();
    expect(order).toEqual(["first", "second"]);
  });

  test("delays an execution with others in the queue for one created just before it", async () => {
    const [first = "", second = "", third = ""] = executions(3);
    await stores[0].announce(thread, second);
    await stores[0].announce(thread, third);
    const later = stores[1].acquire(thread, second, never);
    await stores[0].announce(thread, first);
    const release = await stores[0].acquire(thread, first, never);
    let served = false;
    void later.then(() => {
      served = true;
    });
    await until("the later one has seen it", () => lines.some((line) => line.includes(`${second} waits`)));
    expect(served).toBe(false);
    await release();
    await (await later)();
    await stores[0].acquire(thread, third, never).then((leave) => leave());
  });

  test("serves executions without ULIDs in the order of arrival", async () => {
    const ids = ["z", "m", "a", "y", "b"];
    const hold = await stores[0].acquire(thread, "first", never);
    const served: string[] = [];
    const waiting = [];
    for (const [index, id] of ids.entries()) {
      await storeOf(index).announce(thread, id);
      waiting.push(
        storeOf(index)
          .acquire(thread, id, never)
          .then(async (release) => {
            served.push(id);
            await release();
          }),
      );
    }
    await hold();
    await Promise.all(waiting);
    expect(served).toEqual(ids);
  });

  test("does not block executions of other threads", async () => {
    const [one = "", two = ""] = executions(2);
    const releases = [await stores[0].acquire(thread, one, never), await stores[0].acquire(`${thread}-2`, two, never)];
    for (const release of releases) await release();
  });

  test("goes on with the next execution when a waiting one is cancelled", async () => {
    const [first = "", second = "", third = ""] = old(3);
    const release = await stores[0].acquire(thread, first, never);
    const controller = new AbortController();
    const waiting = stores[1].acquire(thread, second, controller.signal);
    const last = stores[0].acquire(thread, third, never);
    await until("both wait", () => [second, third].every((id) => lines.some((line) => line.includes(`${id} waits`))));
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await release();
    await (await last)();
    expect(await subject.size()).toBe(0);
  });

  test("goes on when the holder's process and a waiter's process are killed", async () => {
    const [first = "", second = "", third = ""] = old(3);
    const holder = await otherProcess(first);
    const waiter = await otherProcess(second, "asks");
    await until("it is in line", async () => (await subject.size()) >= 2);
    for (const { child } of [holder, waiter]) {
      child.kill("SIGKILL");
      await child.exited;
    }
    // In Redis only time tells that a process is gone; in a file the system does.
    if ("redis" in subject.address) await subject.expire(thread);
    const release = await stores[0].acquire(thread, third, never);
    await release();
  });

  /** Another process that asks for the thread, and keeps it. */
  async function otherProcess(id: string, sign = "has") {
    const script = join(import.meta.dir, "../support/thread-holder.ts");
    const args = [JSON.stringify(subject.address), thread, id];
    const child = Bun.spawn(["bun", script, ...args], { stdout: "pipe", stderr: "inherit" });
    let output = "";
    for await (const chunk of child.stdout) {
      output += new TextDecoder().decode(chunk);
      if (output.includes(sign)) break;
    }
    return { child };
  }

  test("drops an announced execution that never arrives after its time limit", async () => {
    const [first = "", second = ""] = old(2);
    await stores[0].announce(thread, first);
    const waiting = stores[1].acquire(thread, second, never);
    await until("it waits", () => lines.some((line) => line.includes(`${second} waits`)));
    await subject.expire(thread);
    await (await waiting)();
  });

  test("drops an announced execution whose workflow has ended according to Temporal", async () => {
    const [ended = "", running = "", next = "", last = ""] = old(4);
    open.set(ended, false).set(running, true);
    await stores[0].announce(thread, ended);
    await stores[0].announce(thread, running);
    const waiting = [next, last].map((id, index) => storeOf(index).acquire(thread, id, never));
    await until("the one whose workflow has ended is given up", () =>
      lines.some((line) => line.includes(`${ended} was removed from the queue`)),
    );
    await until("the other one is asked for", () => asked.includes(running));
    const release = await stores[0].acquire(thread, running, never);
    await release();
    for (const turn of waiting) await (await turn)();
    expect(lines.join("\n")).not.toContain(`${running} was removed from the queue`);
    // Those who wait in one process ask together.
    expect(asked.filter((id) => id === ended).length).toBeLessThanOrEqual(2);
  });

  test("ignores announcements made while or after the execution runs", async () => {
    const [first = "", second = ""] = old(2);
    open.set(first, false);
    const release = await stores[0].acquire(thread, first, never);
    await stores[1].announce(thread, first);
    await release();
    expect(await subject.size()).toBe(0);
    await stores[1].announce(thread, first);
    await (await stores[0].acquire(thread, second, never))();
  });

  test("serves two attempts of one execution one after the other", async () => {
    const [id = ""] = old(1);
    const release = await stores[0].acquire(thread, id, never);
    let entered = false;
    const again = stores[1].acquire(thread, id, never).then((leave) => {
      entered = true;
      return leave;
    });
    await until("it waits", () => lines.some((line) => line.includes(`${id} waits`)));
    expect(entered).toBe(false);
    await release();
    await (await again)();
    expect(await subject.size()).toBe(0);
  });

  test("keeps holder and order after the store lost its data", async () => {
    const [first = "", ...later] = old(4);
    // Long before those who wait give it up, who has the thread says so.
    const store = await subject.open(log, isWorkflowOpen, 100);
    const release = await store.acquire(thread, first, never, () => expect.unreachable());
    const served: string[] = [];
    const turns = later.toReversed().map(async (id, index) => {
      const leave = await storeOf(index).acquire(thread, id, never, () => expect.unreachable());
      served.push(id);
      await leave();
    });
    await until("all wait", () => later.every((id) => lines.some((line) => line.includes(`${id} waits`))));
    await subject.empty();
    const losses = () => lines.filter((line) => line.includes("was lost"));
    await until("who waits has seen it", () => losses().length === later.length);
    await until("who had the thread has told of itself", () => subject.isHeld(thread));
    expect(served).toEqual([]);
    await release();
    await Promise.all(turns);
    expect(served).toEqual(later);
    expect(losses()).toHaveLength(later.length);
    expect(await subject.size()).toBe(0);
  });

  test("tells the holder if a new execution takes the lock after the store lost its data", async () => {
    const [first = "", second = ""] = old(2);
    let told = 0;
    const release = await stores[0].acquire(thread, first, never, () => told++);
    await subject.empty();
    const leave = await stores[1].acquire(thread, second, never, () => expect.unreachable());
    await until("it is told", () => told > 0);
    await release();
    await leave();
    expect(await subject.size()).toBe(0);
  });
});
