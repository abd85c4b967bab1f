import { describe, expect, test } from "bun:test";
import { FileJournal, type JournalEntry } from "../../src/recovery/index.ts";
import { RedisJournal } from "../../src/recovery/redis/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { AgentExecutionCommandController, ExecutionPhase, MessageType } from "../../src/stigmer/index.ts";
import { Workflows } from "../../src/temporal/index.ts";
import { until } from "../support/eventually.ts";
import { entry } from "../support/journal-contract.ts";
import { recoveryWorld } from "../support/recovery-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";

const world = recoveryWorld();

/** Waits until a journal directory contains no execution. */
async function untilRemoved(directory: string): Promise<void> {
  const entries = () => Array.fromAsync(new Bun.Glob("*/*.json").scan(directory));
  await until("the execution is removed from the journal", async () => (await entries()).length === 0);
}

/** Sends the final status as a runner does that is killed right after it. */
async function reportCompleted(executionId: string): Promise<void> {
  const messages = [{ type: MessageType.MESSAGE_AI, content: "Hello" }];
  const status = { phase: ExecutionPhase.EXECUTION_COMPLETED, messages };
  await world.user.client.call(AgentExecutionCommandController.method.updateStatus, { executionId, status });
}

describe("abandoned execution", () => {
  test("is ended by the runner that took it, even after a long outage of the backend", async () => {
    const { execution, noted, handle } = await world.running();
    const directory = await world.left(noted);
    const journal = new FileJournal(directory, world.logger);
    world.proxy.cut();
    using _ = world.recovery(journal, true, { patienceMs: 100 });
    const late = new RegExp(`${noted.executionId}.* cannot be ended yet: .*not reachable.*Retrying for up to 24 h`);
    await until("the log says that it takes long", () => world.log.some((line) => late.test(line)));
    expect(phaseOf(await world.user.get(execution))).toBe("EXECUTION_PENDING");
    world.proxy.mend();
    expect(await handle.result()).toMatchObject({ phase: "EXECUTION_FAILED" });
    expect((await world.user.get(execution)).status?.error).toContain("The runner ended unexpectedly");
    await untilRemoved(directory);
    await journal.close();
  });

  test("keeps the final status that its runner sent before it could answer Temporal", async () => {
    const { execution, noted, handle } = await world.running();
    await reportCompleted(noted.executionId);
    const directory = await world.left(noted);
    const journal = new FileJournal(directory, world.logger);
    using _ = world.recovery(journal, true);
    await untilRemoved(directory);
    expect((await new Workflows(world.connection, "default").describe(noted))?.pending.size).toBe(0);
    const messages = [{ type: "MESSAGE_AI", content: "Hello" }];
    expect(await handle.result()).toMatchObject({ phase: "EXECUTION_COMPLETED", messages });
    expect(phaseOf(await world.user.get(execution))).toBe("EXECUTION_COMPLETED");
    await journal.close();
  });

  test("is recovered without a warning if its activity was completed by another process", async () => {
    const { noted, handle } = await world.running();
    await reportCompleted(noted.executionId);
    const directory = await world.left(noted);
    const journal = new FileJournal(directory, world.logger);
    const workflows = new Workflows(world.connection, "default");
    const answers: boolean[] = [];
    const completeTwice: Workflows["completeActivity"] = async (...args) => {
      for (let n = 0; n < 2; n++) answers.push(await workflows.completeActivity(...args));
      return answers.at(-1) === true;
    };
    using _ = world.recovery(journal, true, {}, { completeActivity: completeTwice });
    await untilRemoved(directory);
    expect(answers).toEqual([true, false]);
    expect(await handle.result()).toMatchObject({ phase: "EXECUTION_COMPLETED" });
    expect(world.log.filter((line) => line.includes(noted.executionId) && /WARN|ERROR/.test(line))).toEqual([]);
    await journal.close();
  });

  test("is given up after some hours with a log line", async () => {
    const directory = await world.left(entry("aex-given-up"));
    const journal = new FileJournal(directory, world.logger);
    world.proxy.cut();
    using _ = world.recovery(journal, true, { giveUpMs: 100 });
    await until("it is given up", () => world.log.some((line) => /aex-given-up.* is given up after 0\.1 s/.test(line)));
    await untilRemoved(directory);
    await journal.close();
    world.proxy.mend();
  });
});

describe("execution of a running runner whose key in Redis expired", () => {
  test("continues despite clock differences, and is recovered when its runner is killed later", async () => {
    const { execution, noted, handle } = await world.running();
    const shared = await RedisConnection.open(world.redis.config, world.logger);
    const [owner, other, next] = [1, 2, 3].map(() => new RedisJournal(shared, "default", world.logger));
    if (owner === undefined || other === undefined || next === undefined) return expect.unreachable();
    await owner.begin(noted);
    const forget = async () => {
      const keys = (await world.redis.command("KEYS", "stigmer:agent-runner:alive:*")) as string[];
      if (keys.length > 0) await world.redis.command("DEL", ...keys);
    };
    const forgetting = setInterval(() => void forget(), 50);
    // As if this machine's clock were an hour ahead of Temporal's.
    const workflows = new Workflows(world.connection, "default");
    const describeLate = async (run: Parameters<Workflows["describe"]>[0]) => {
      const workflow = await workflows.describe(run);
      const pending = [...(workflow?.pending ?? [])].map(
        ([id, { aliveAt }]) => [id, { aliveAt: aliveAt - 3_600_000 }] as const,
      );
      return workflow === undefined ? undefined : { ...workflow, pending: new Map(pending) };
    };
    {
      using _ = world.recovery(other, false, {}, { describe: describeLate });
      await until("it is seen to live", () =>
        world.log.some((line) => line.includes(`execution ${noted.executionId} is running`)),
      );
    }
    clearInterval(forgetting);
    expect(phaseOf(await world.user.get(execution))).toBe("EXECUTION_PENDING");
    await owner.close();
    const found: JournalEntry[] = [];
    await until("it is found", async () => {
      found.push(...(await next.takeAbandoned()));
      return found.length > 0;
    });
    expect(found).toEqual([noted]);
    await Promise.all([other.close(), next.close()]);
    shared.close();
    await handle.terminate();
  });
});
