import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { EXIT } from "../../src/cli/index.ts";
import { AgentExecutionQueryController, ExecutionPhase } from "../../src/stigmer/index.ts";
import { eventually, pause, until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { UNTIL_GO } from "../support/until-go.ts";

let world: LocalWorld;
afterEach(() => world[Symbol.asyncDispose]());

/** A model that calls a tool that takes a while, and answers then. */
const slowly = (command: string) => (_: unknown, turn: number) =>
  turn === 0 ? { text: "I start.", tools: [{ name: "execute", args: { command } }] } : { text: "I am done." };

/** Starts an execution and returns its id when the model has been asked. */
async function running(message: string): Promise<string> {
  const before = world.ollama.requests.length;
  const execution = await world.begin(await world.session(), message);
  await until("the model is asked", () => world.ollama.requests.length > before);
  return execution.metadata?.id ?? "";
}

const go = () => Bun.write(join(world.workspace, "go"), "");

async function stateOf(id: string) {
  return await world.client.call(AgentExecutionQueryController.method.get, { value: id });
}

async function readiness(): Promise<number> {
  return (await fetch(`${world.runner.adminUrl}/readyz`)).status;
}

describe("a runner in local mode", () => {
  test("that drains finishes its executions, takes no new ones, and answers requests until it ends", async () => {
    world = await localWorld();
    world.ollama.converse(slowly(UNTIL_GO));
    const id = await running("Finish");
    await until("it is ready", async () => (await readiness()) === 200);
    const shutdown = await fetch(`${world.runner.adminUrl}/shutdown`, { method: "POST" });
    expect(shutdown.status).toBe(202);
    const first = (await shutdown.json()) as { state: string; inFlight: number; deadline: string };
    const { state, inFlight, deadline } = first;
    expect([state, inFlight]).toEqual(["draining", 1]);
    expect(await readiness()).toBe(503);
    const again = await fetch(`${world.runner.adminUrl}/shutdown`, { method: "POST" });
    expect(await again.json()).toMatchObject({ state, inFlight, deadline });
    await go();
    expect(await world.runner.ended).toBe(EXIT.ok);
    expect(phaseOf(await stateOf(id))).toBe("EXECUTION_COMPLETED");
    await expect(fetch(`${world.runner.adminUrl}/livez`)).rejects.toThrow();
  });

  test("stops its executions when the drain time is over, and their status says why", async () => {
    world = await localWorld({ DRAIN_TIMEOUT: "1" });
    world.ollama.converse(slowly("sleep 100"));
    const id = await running("Never");
    world.lifecycle.requestDrain();
    expect(await world.runner.ended).toBe(EXIT.unfinished);
    const execution = await stateOf(id);
    expect(phaseOf(execution)).toBe("EXECUTION_FAILED");
    expect(execution.status?.error).toContain("runner was stopped");
  });

  test("stops its executions at once when it is told a second time", async () => {
    world = await localWorld({ DRAIN_TIMEOUT: "600" });
    world.ollama.converse(() => ({ hang: true }));
    const id = await running("Never");
    world.lifecycle.requestDrain();
    world.lifecycle.requestStop();
    expect(await world.runner.ended).toBe(EXIT.unfinished);
    expect((await stateOf(id)).status?.error).toContain("runner was stopped");
  });

  test("delivers the last status after an outage of the daemon", async () => {
    world = await localWorld();
    world.ollama.converse(slowly(UNTIL_GO));
    const id = await running("Persist");
    await until(
      "it is in progress",
      async () => (await stateOf(id)).status?.phase === ExecutionPhase.EXECUTION_IN_PROGRESS,
    );
    const asked = world.ollama.requests.length;
    await world.stopDaemon();
    await go();
    await until("the model gives its last answer", () => world.ollama.requests.length > asked);
    await until("a status cannot be delivered", () =>
      world.log.some((line) => line.includes("A status update could not be delivered")),
    );
    // The last one cannot be delivered either.
    await pause(2_000);
    await until("health says so", async () =>
      (await fetch(`${world.runner.adminUrl}/healthz`).then((answer) => answer.text())).includes("Stigmer"),
    );
    await world.startDaemon();
    const execution = await eventually(async () => {
      const found = await stateOf(id);
      if (found.status?.phase !== ExecutionPhase.EXECUTION_COMPLETED) throw new Error(`still ${phaseOf(found)}`);
      return found;
    });
    expect(execution.status?.messages.at(-1)?.content).toBe("I am done.");
    await until("it is ready again", async () => (await readiness()) === 200);
  });

  test("continues when Temporal comes back, and its health reports the outage", async () => {
    world = await localWorld();
    const before = await world.run("Before", () => ({ text: "Before." }));
    expect(phaseOf(before)).toBe("EXECUTION_COMPLETED");
    await world.temporal.kill();
    await until("it is not ready", async () => (await readiness()) === 503);
    const health = (await (await fetch(`${world.runner.adminUrl}/healthz`)).json()) as {
      checks: { name: string; status: string }[];
    };
    expect(health.checks.find(({ name }) => name === "Temporal")).toMatchObject({
      status: "failed",
      reason: expect.any(String),
    });
    await world.temporal.restart();
    await until("it is ready again", async () => (await readiness()) === 200);
    const after = await world.run("After", () => ({ text: "After." }));
    expect(phaseOf(after)).toBe("EXECUTION_COMPLETED");
  });
});
