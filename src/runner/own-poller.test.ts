import { expect, test } from "bun:test";
import { OwnPoller } from "./own-poller.ts";

const OWN = "own";

/** @returns the statuses after each look, `own` standing for a list with this runner */
async function statusesAfter(
  looks: readonly { readonly polls?: boolean; readonly lists?: string[]; readonly isComplete?: boolean }[],
): Promise<string[]> {
  let isPolling = true;
  const poller = new OwnPoller({ identity: OWN, taskQueue: "queue", isPolling: () => isPolling });
  const statuses: string[] = [];
  for (const { polls = true, lists = ["other"], isComplete = true } of looks) {
    isPolling = polls;
    poller.look({ lastPollers: lists, isComplete });
    statuses.push((await poller.check())?.status ?? "ok");
  }
  return statuses;
}

test("a runner that polls and is not listed twice in a row is degraded, until it is listed", async () => {
  expect(await statusesAfter([{}, {}, {}, {}, { lists: [OWN] }])).toEqual(["ok", "ok", "degraded", "degraded", "ok"]);
});

test("a runner that has just begun to poll, or to poll again, is not expected in the list", async () => {
  expect(await statusesAfter([{ polls: false }, {}, {}, { polls: false }, {}, {}])).not.toContain("degraded");
});

test("one miss is none, as after a restart of Temporal", async () => {
  const listed = { lists: ["other", OWN] };
  expect(await statusesAfter([listed, {}, listed, {}, listed])).not.toContain("degraded");
});

test("a list that may lack pollers counts for nothing", async () => {
  const unsure = { isComplete: false };
  expect(await statusesAfter([unsure, unsure, unsure, unsure])).not.toContain("degraded");
});

test("the problem names the queue, and what to do", async () => {
  const poller = new OwnPoller({ identity: OWN, taskQueue: "queue", isPolling: () => true });
  for (let look = 0; look < 3; look++) poller.look({ lastPollers: [], isComplete: true });
  expect(await poller.check()).toMatchObject({
    reason: expect.stringContaining("the task queue queue"),
    remedies: [expect.stringContaining("proxy"), expect.stringContaining("Restart")],
  });
});
