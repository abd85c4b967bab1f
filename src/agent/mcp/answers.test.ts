import { expect, test } from "bun:test";
import { isPending } from "../../../test/support/eventually.ts";
import { Answers } from "./answers.ts";

const answer = { jsonrpc: "2.0", id: 1, result: {} } as const;

test("a server is read again as soon as it has taken an answer, or not at all any more", async () => {
  const answers = new Answers();
  const controller = new AbortController();
  const taken = Promise.withResolvers<void>();
  const first = answers.send(answer, async () => await taken.promise);
  for (let sent = 1; sent <= 20; sent++) void answers.send(answer, async () => await new Promise(() => undefined));
  const waiting = [answers.room(controller.signal), answers.room(new AbortController().signal)];
  expect(await Promise.all(waiting.map(isPending))).toEqual([true, true]);
  controller.abort(new Error("cancelled"));
  await expect(waiting[0]).rejects.toThrow("cancelled");
  taken.resolve();
  await first;
  await waiting[1];
  await answers.room(controller.signal);
});
