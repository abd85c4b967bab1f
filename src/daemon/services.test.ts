import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { type DaemonServices, openDaemonServices } from "../../test/support/daemon-services.ts";
import * as wire from "../stigmer/index.ts";
import { kinds, upgrade } from "./resource-kind.ts";

let daemon: DaemonServices;
beforeEach(async () => {
  daemon = await openDaemonServices();
});
afterEach(() => daemon[Symbol.asyncDispose]());

const begin = async (agentInstanceId: string) =>
  await daemon.client.call(wire.SessionCommandController.method.create, { spec: { agentInstanceId } });

describe("agent whose default instance was deleted", () => {
  test("refers to none, and gets a new one when it is applied again", async () => {
    const agent = await daemon.apply("helper");
    const first = agent.status?.defaultInstanceId ?? "";
    await daemon.client.call(wire.AgentInstanceCommandController.method.delete, { value: first });
    const bare = await daemon.client.call(wire.AgentQueryController.method.get, { value: agent.metadata?.id ?? "" });
    expect(bare.status?.defaultInstanceId).toBe("");
    const second = (await daemon.apply("helper")).status?.defaultInstanceId ?? "";
    expect(second).not.toBe(first);
    expect((await begin(second)).spec?.agentInstanceId).toBe(second);
  });

  test("is repaired in files of earlier versions", async () => {
    const agent = await daemon.apply("helper");
    daemon.store.delete(agent.status?.defaultInstanceId ?? "");
    await begin((await daemon.apply("helper")).status?.defaultInstanceId ?? "");
  });
});

test("agents can have names in any script", async () => {
  for (const name of ["Помощник", "🚀"]) {
    const agent = await daemon.apply(name);
    expect(agent.metadata?.name).toBe(name);
    expect((await daemon.apply(name)).metadata?.id).toBe(agent.metadata?.id ?? "");
  }
});

describe("lists", () => {
  /** Executions of a session with 1 MiB each. */
  function large(sessionId: string, count: number): void {
    for (let index = 0; index < count; index++) {
      const phase = index % 2 === 0 ? wire.ExecutionPhase.EXECUTION_COMPLETED : wire.ExecutionPhase.EXECUTION_FAILED;
      const status = create(wire.AgentExecutionStatusSchema, { phase, error: "x".repeat(1024 * 1024) });
      const execution = kinds.execution.create(
        daemon.store,
        create(wire.AgentExecutionSchema, { spec: { sessionId } }),
      );
      kinds.execution.save(daemon.store, { ...execution, status });
    }
  }

  test("of large executions fit the clients' message limit, and their pages contain each once", async () => {
    large("ses-1", 12);
    const ids = new Set<string>();
    let pages = 1;
    for (let number = 1; number <= pages; number++) {
      const method = wire.AgentExecutionQueryController.method.list;
      const list = await daemon.client.call(method, { pageSize: 100, pageToken: String(number) });
      expect(toBinary(wire.AgentExecutionListSchema, list).length).toBeLessThan(4 * 1024 * 1024);
      for (const { metadata } of list.entries) ids.add(metadata?.id ?? "");
      pages = list.totalPages;
    }
    expect(pages).toBe(6);
    expect(ids.size).toBe(12);
  });

  test("are filtered by phase, session and agent, also in files of earlier versions", async () => {
    large("ses-1", 3);
    large("ses-2", 1);
    const agent = await daemon.apply("helper");
    const session = await begin(agent.status?.defaultInstanceId ?? "");
    await begin((await daemon.apply("other")).status?.defaultInstanceId ?? "");
    const counts = async () => {
      const query = wire.AgentExecutionQueryController.method;
      const failed = await daemon.client.call(query.list, { phase: wire.ExecutionPhase.EXECUTION_FAILED });
      const ofSession = await daemon.client.call(query.listBySession, { sessionId: "ses-2" });
      const agentId = agent.metadata?.id ?? "";
      const ofAgent = await daemon.client.call(wire.SessionQueryController.method.listByAgent, { agentId });
      const instances = await daemon.client.call(wire.AgentInstanceQueryController.method.getByAgent, { agentId });
      return [
        failed.entries.length,
        ofSession.entries.length,
        ofAgent.entries.map(({ metadata }) => metadata?.id),
        instances.totalCount,
      ];
    };
    const expected = [1, 1, [session.metadata?.id], 1];
    expect(await counts()).toEqual(expected);
    daemon.database.run("UPDATE resources SET parent = '', phase = 0");
    expect((await counts())[0]).toBe(0);
    upgrade(daemon.store);
    expect(await counts()).toEqual(expected);
  });
});

test("a slow subscriber receives the final state", async () => {
  const agent = await daemon.apply("helper");
  const session = await begin(agent.status?.defaultInstanceId ?? "");
  const spec = { sessionId: session.metadata?.id ?? "", message: "Go" };
  const execution = await daemon.client.call(wire.AgentExecutionCommandController.method.create, { spec });
  const executionId = execution.metadata?.id ?? "";
  const states: string[] = [];
  for await (const { status } of daemon.client.stream(wire.AgentExecutionQueryController.method.subscribe, {
    value: executionId,
  })) {
    states.push(status?.error.slice(-4) ?? "");
    if (states.length > 1) continue;
    const update = wire.AgentExecutionCommandController.method.updateStatus;
    const phase = wire.ExecutionPhase.EXECUTION_IN_PROGRESS;
    for (let index = 0; index < 100; index++)
      await daemon.client.call(update, { executionId, status: { phase, error: `${"x".repeat(500_000)}${index}` } });
    await daemon.client.call(update, {
      executionId,
      status: { phase: wire.ExecutionPhase.EXECUTION_FAILED, error: "last" },
    });
  }
  expect(states.at(-1)).toBe("last");
  expect(states.length).toBeLessThan(60);
});
