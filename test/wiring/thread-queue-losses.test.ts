/** Thread queues when executions never have their turn, their processes are killed, or the store loses its data. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { until } from "../support/eventually.ts";
import { queueSubjects } from "../support/queue-subjects.ts";
import { never, old, threadQueue } from "../support/thread-queue.ts";

describe.each(queueSubjects)("thread queue in %s", (_, openSubject) => {
  const queue = threadQueue(openSubject);

  test("goes on with the next execution when a waiting one is cancelled", async () => {
    const [first = "", second = "", third = ""] = old(3);
    const release = await queue.stores[0].acquire(queue.thread, first, never);
    const controller = new AbortController();
    const waiting = queue.stores[1].acquire(queue.thread, second, controller.signal);
    const last = queue.stores[0].acquire(queue.thread, third, never);
    await until("both wait", () =>
      [second, third].every((id) => queue.lines.some((line) => line.includes(`${id} waits`))),
    );
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await release();
    await (await last)();
    expect(await queue.subject.size()).toBe(0);
  });

  test("goes on when the holder's process and a waiter's process are killed", async () => {
    const [first = "", second = "", third = ""] = old(3);
    const holder = await otherProcess(first);
    const waiter = await otherProcess(second, "asks");
    await until("it is in line", async () => (await queue.subject.size()) >= 2);
    for (const { child } of [holder, waiter]) {
      child.kill("SIGKILL");
      await child.exited;
    }
    // In Redis only time tells that a process is gone; in a file the system does.
    if ("redis" in queue.subject.address) await queue.subject.expire(queue.thread);
    const release = await queue.stores[0].acquire(queue.thread, third, never);
    await release();
  });

  /** Another process that asks for the queue.thread, and keeps it. */
  async function otherProcess(id: string, sign = "has") {
    const script = join(import.meta.dir, "../support/thread-holder.ts");
    const args = [JSON.stringify(queue.subject.address), queue.thread, id];
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
    await queue.stores[0].announce(queue.thread, first);
    const waiting = queue.stores[1].acquire(queue.thread, second, never);
    await until("it waits", () => queue.lines.some((line) => line.includes(`${second} waits`)));
    await queue.subject.expire(queue.thread);
    await (await waiting)();
  });

  test("drops an announced execution whose workflow has ended according to Temporal", async () => {
    const [ended = "", running = "", next = "", last = ""] = old(4);
    queue.workflows.set(ended, false).set(running, true);
    await queue.stores[0].announce(queue.thread, ended);
    await queue.stores[0].announce(queue.thread, running);
    const waiting = [next, last].map((id, index) => queue.storeOf(index).acquire(queue.thread, id, never));
    await until("the one whose workflow has ended is given up", () =>
      queue.lines.some((line) => line.includes(`${ended} was removed from the queue`)),
    );
    await until("the other one is asked for", () => queue.asked.includes(running));
    const release = await queue.stores[0].acquire(queue.thread, running, never);
    await release();
    for (const turn of waiting) await (await turn)();
    expect(queue.lines.join("\n")).not.toContain(`${running} was removed from the queue`);
    // Those who wait in one process ask together.
    expect(queue.asked.filter((id) => id === ended).length).toBeLessThanOrEqual(2);
  });

  test("ignores announcements made while or after the execution runs", async () => {
    const [first = "", second = ""] = old(2);
    queue.workflows.set(first, false);
    const release = await queue.stores[0].acquire(queue.thread, first, never);
    await queue.stores[1].announce(queue.thread, first);
    await release();
    expect(await queue.subject.size()).toBe(0);
    await queue.stores[1].announce(queue.thread, first);
    await (await queue.stores[0].acquire(queue.thread, second, never))();
  });

  test("keeps holder and order after the store lost its data", async () => {
    const [first = "", ...later] = old(4);
    // Long before those who wait give it up, who has the thread says so.
    const store = await queue.subject.open(queue.log, queue.isWorkflowOpen, 100);
    const release = await store.acquire(queue.thread, first, never, () => expect.unreachable());
    const served: string[] = [];
    const turns = later.toReversed().map(async (id, index) => {
      const leave = await queue.storeOf(index).acquire(queue.thread, id, never, () => expect.unreachable());
      served.push(id);
      await leave();
    });
    await until("all wait", () => later.every((id) => queue.lines.some((line) => line.includes(`${id} waits`))));
    await queue.subject.empty();
    const added = () => queue.lines.filter((line) => line.includes("its entry expired, or the store lost its data"));
    await until("all who wait are in the queue again", () => added().length === later.length);
    await until("who had the thread has told of itself", () => queue.subject.isHeld(queue.thread));
    expect(served).toEqual([]);
    await release();
    await Promise.all(turns);
    expect(served).toEqual(later);
    expect(added()).toHaveLength(later.length);
    expect(await queue.subject.size()).toBe(0);
  });

  test("tells the holder if a new execution takes the lock after the store lost its data", async () => {
    const [first = "", second = ""] = old(2);
    let told = 0;
    const release = await queue.stores[0].acquire(queue.thread, first, never, () => told++);
    await queue.subject.empty();
    const leave = await queue.stores[1].acquire(queue.thread, second, never, () => expect.unreachable());
    await until("it is told", () => told > 0);
    await release();
    await leave();
    expect(await queue.subject.size()).toBe(0);
  });
});
