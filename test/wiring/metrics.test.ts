/** `/metrics` of a runner with a real Temporal and the daemon as backend. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";

let world: LocalWorld;
beforeAll(async () => {
  world = await localWorld({ TEMPORAL_MAX_CONCURRENCY: "2" });
});
afterAll(() => world?.[Symbol.asyncDispose]());

async function scrape(): Promise<string> {
  const response = await fetch(`${world.runner.adminUrl}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  return await response.text();
}

describe("the metrics", () => {
  test("count what an execution does", async () => {
    const execution = await world.run("Hi", (_, turn) =>
      turn === 0 ? { text: "I start.", tools: [{ name: "execute", args: { command: "false" } }] } : { text: "Done." },
    );
    expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
    await until("it has ended", () => world.runner.executions.count === 0);
    const page = await scrape();
    await Bun.write("/tmp/metrics-page.txt", page);
  });
});
