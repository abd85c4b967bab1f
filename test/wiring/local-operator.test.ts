import { expect, test } from "bun:test";
import { until } from "../support/eventually.ts";
import { localWorld } from "../support/local-world.ts";
import { operatorSuite } from "../support/operator-suite.ts";
import { StigmerUser } from "../support/stigmer-user.ts";

operatorSuite("local", async () => {
  const world = await localWorld({ TEMPORAL_MAX_CONCURRENCY: "2" });
  return {
    url: world.runner.adminUrl,
    user: new StigmerUser(world.client),
    ollama: world.ollama,
    ended: world.runner.ended,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});

test("whoever waits for a shutdown is told how each execution ended, also if it was cut off", async () => {
  await using world = await localWorld();
  world.ollama.converse((_, turn) =>
    turn === 0 ? { text: "I sleep.", tools: [{ name: "execute", args: { command: "sleep 300" } }] } : { text: "Done." },
  );
  const execution = await world.begin(await world.session(), "Sleep");
  const { adminUrl, executions } = world.runner;
  await until("its command runs", () => executions.list().some(({ stage }) => stage === "tool"));
  const waiting = fetch(`${adminUrl}/shutdown?wait=true`, { method: "POST" });
  await until("it drains", () => world.lifecycle.state === "draining");
  const { deadline } = world.lifecycle;
  // A signal after the request: the drain goes on, with the same deadline.
  world.lifecycle.requestDrain();
  expect(world.lifecycle.deadline).toBe(deadline);
  world.lifecycle.requestStop();
  const answer = await waiting;
  expect([answer.status, await answer.json()]).toMatchObject([
    200,
    {
      state: "stopped",
      ended: [{ id: execution.metadata?.id, outcome: "failed", stop: { code: "runner-stopped" } }],
      unfinished: [],
    },
  ]);
  expect(await world.runner.ended).toBe(5);
});
