import { describe, expect, test } from "bun:test";
import { pause, until } from "../support/eventually.ts";
import { queueSubjects } from "../support/queue-subjects.ts";
import { executions, never, old, threadQueue } from "../support/thread-queue.ts";

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

describe.each(queueSubjects)("thread queue in %s", (_, openSubject) => {
  const queue = threadQueue(openSubject);

  /** Has each execution take the thread for a moment; gives the order in which they had it. */
  async function serve(ids: readonly string[], arrival: readonly string[]): Promise<string[]> {
    const served: string[] = [];
    let holders = 0;
    const work = async (id: string, index: number) => {
      const release = await queue.storeOf(index).acquire(queue.thread, id, never);
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
    await Promise.all(shuffled(ids).map((id, index) => queue.storeOf(index).announce(queue.thread, id)));
    expect(await serve(ids, shuffled(ids))).toEqual(ids);
    expect(await queue.subject.size()).toBe(0);
  });

  test("blocks an execution until an earlier announced one has arrived and run", async () => {
    const [first = "", second = ""] = old(2);
    await queue.stores[0].announce(queue.thread, first);
    const order: string[] = [];
    const later = queue.stores[1].acquire(queue.thread, second, never).then((release) => {
      order.push("second");
      return release;
    });
    await until("it waits", () => queue.lines.some((line) => line.includes(`${second} waits for `)));
    const release = await queue.stores[0].acquire(queue.thread, first, never);
    order.push("first");
    await release();
    await (await later)();
    expect(order).toEqual(["first", "second"]);
  });

  test("delays an execution with others in the queue for one created just before it", async () => {
    const [first = "", second = "", third = ""] = executions(3);
    await queue.stores[0].announce(queue.thread, second);
    await queue.stores[0].announce(queue.thread, third);
    const later = queue.stores[1].acquire(queue.thread, second, never);
    await queue.stores[0].announce(queue.thread, first);
    const release = await queue.stores[0].acquire(queue.thread, first, never);
    let served = false;
    void later.then(() => {
      served = true;
    });
    await until("the later one has seen it", () => queue.lines.some((line) => line.includes(`${second} waits`)));
    expect(served).toBe(false);
    await release();
    await (await later)();
    await queue.stores[0].acquire(queue.thread, third, never).then((leave) => leave());
  });

  test("serves executions without ULIDs in the order of arrival", async () => {
    const ids = ["z", "m", "a", "y", "b"];
    const hold = await queue.stores[0].acquire(queue.thread, "first", never);
    const served: string[] = [];
    const waiting = [];
    for (const [index, id] of ids.entries()) {
      await queue.storeOf(index).announce(queue.thread, id);
      waiting.push(
        queue
          .storeOf(index)
          .acquire(queue.thread, id, never)
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
    const releases = [
      await queue.stores[0].acquire(queue.thread, one, never),
      await queue.stores[0].acquire(`${queue.thread}-2`, two, never),
    ];
    for (const release of releases) await release();
  });

  test("serves two attempts of one execution one after the other", async () => {
    const [id = ""] = old(1);
    const release = await queue.stores[0].acquire(queue.thread, id, never);
    let entered = false;
    const again = queue.stores[1].acquire(queue.thread, id, never).then((leave) => {
      entered = true;
      return leave;
    });
    await until("it waits", () => queue.lines.some((line) => line.includes(`${id} waits`)));
    expect(entered).toBe(false);
    await release();
    await (await again)();
    expect(await queue.subject.size()).toBe(0);
  });
});
