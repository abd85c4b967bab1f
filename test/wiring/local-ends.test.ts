/** Executions that are ended from outside: by their workflow, by a deletion, by a kill of their runner. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { WorkflowHandle } from "@temporalio/client";
import {
  type AgentExecution,
  AgentExecutionCommandController,
  ExecutionPhase,
  SessionCommandController,
  SubAgentStatus,
  ToolCallStatus,
} from "../../src/stigmer/index.ts";
import { connectTemporal, TYPE_KEY, typeUrl } from "../../src/temporal/index.ts";
import { type ActivityCaller, activityCaller } from "../support/activity-caller.ts";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import type { Conversation } from "../support/ollama-double.ts";
import { installProgram, startProgram } from "../support/program.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";
import { task } from "../support/sub-agents-contract.ts";

const QUEUE = "agent_execution_runner";
const EXECUTION = "ai.stigmer.agentic.agentexecution.v1.AgentExecution";
/** Of a runner that is killed, so that the one of this world does not work in its place. */
const OTHER_QUEUE = "another_queue";

let world: LocalWorld;
let user: StigmerUser;
let caller: ActivityCaller;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  world = closing.use(await localWorld());
  user = new StigmerUser(world.client);
  const config = { address: world.temporal.address, namespace: "default", taskQueue: "", maxConcurrency: 1 };
  const connection = await connectTemporal(config);
  closing.defer(() => connection.close());
  caller = closing.use(await activityCaller(connection));
});
afterAll(() => closing.disposeAsync());

beforeEach(() => world.ollama.converse(sleeps));

/** A session in which a message was answered: what is run below belongs to nobody's workflow but the test's own. */
async function answered(): Promise<AgentExecution> {
  world.ollama.converse(() => ({ text: "First." }));
  return await user.ask(await user.session(), "Hi");
}

/**
 * Runs an execution from a workflow that does not wait for a cancelled activity, as the Stigmer server's does; returns
 * when its call runs.
 */
async function running(execution: AgentExecution, taskQueue = QUEUE): Promise<WorkflowHandle> {
  const args = [
    {
      [TYPE_KEY]: typeUrl(EXECUTION),
      metadata: { id: execution.metadata?.id },
      spec: { sessionId: execution.spec?.sessionId, message: "Sleep" },
    },
    `thread-${crypto.randomUUID()}`,
  ];
  const limits = { startToCloseTimeout: "10 min", heartbeatTimeout: "30 s", retry: { maximumAttempts: 1 } } as const;
  const handle = await caller.start({ name: "ExecuteGraphton", args, options: { taskQueue, ...limits } });
  await until("its call runs", async () => (await calls(execution)).includes(ToolCallStatus.TOOL_CALL_RUNNING));
  return handle;
}

async function calls(execution: AgentExecution): Promise<ToolCallStatus[]> {
  return (await user.get(execution)).status?.toolCalls.map(({ status }) => status) ?? [];
}

const sleeps = (_: unknown, turn: number) =>
  turn === 0 ? { text: "I start.", tools: [{ name: "execute", args: { command: "sleep 300" } }] } : { text: "Done." };

describe("an execution whose workflow ends without waiting for it", () => {
  test("is cancelled if the workflow was cancelled", async () => {
    const execution = await answered();
    world.ollama.converse(sleeps);
    const handle = await running(execution);
    await handle.cancel();
    const end = await user.ended(execution);
    expect(phaseOf(end)).toBe("EXECUTION_CANCELLED");
    expect(end.status?.error).toContain("cancelled its workflow");
  });

  test("is failed if the workflow was terminated", async () => {
    const execution = await answered();
    world.ollama.converse(sleeps);
    const handle = await running(execution);
    await handle.terminate();
    const after = await user.ended(execution);
    expect([phaseOf(after), after.status?.error]).toEqual([
      "EXECUTION_FAILED",
      expect.stringContaining("Temporal no longer waits for this execution"),
    ]);
  });
});

test("an execution that was ended elsewhere keeps that end", async () => {
  const execution = await answered();
  const id = execution.metadata?.id ?? "";
  world.ollama.converse(sleeps);
  const handle = await running(execution);
  const status = { phase: ExecutionPhase.EXECUTION_FAILED, error: "Its runner was not heard of." };
  await world.client.call(AgentExecutionCommandController.method.updateStatus, { executionId: id, status });
  await handle.terminate();
  const isEnded = (line: string) => line.includes(id) && line.includes("Execution failed after");
  await until("the runner has ended it", () => world.log.some(isEnded));
  const after = await user.get(execution);
  expect([phaseOf(after), after.status?.error]).toEqual(["EXECUTION_FAILED", "Its runner was not heard of."]);
  expect(after.status?.toolCalls.map((call) => call.status)).toEqual([ToolCallStatus.TOOL_CALL_FAILED]);
});

describe("an execution that has nothing to report", () => {
  test("is stopped when it is deleted", async () => {
    const execution = await user.begin(await user.session(), "Sleep");
    await until("its call runs", async () => (await calls(execution)).includes(ToolCallStatus.TOOL_CALL_RUNNING));
    await world.client.call(AgentExecutionCommandController.method.delete, { value: execution.metadata?.id ?? "" });
    await until("it is stopped", () =>
      world.log.some((line) => line.includes(execution.metadata?.id ?? "") && line.includes("Execution failed after")),
    );
  });

  test("is stopped when its session is deleted, and says why", async () => {
    const session = await user.session();
    const execution = await user.begin(session, "Sleep");
    await until("its call runs", async () => (await calls(execution)).includes(ToolCallStatus.TOOL_CALL_RUNNING));
    await world.client.call(SessionCommandController.method.delete, { value: session });
    expect((await user.ended(execution)).status?.error).toContain("its session was deleted");
  });
});

test("an execution that waits for its thread is stopped when it is deleted", async () => {
  const session = await user.session();
  const first = await user.begin(session, "Sleep");
  await until("its call runs", async () => (await calls(first)).includes(ToolCallStatus.TOOL_CALL_RUNNING));
  const second = (await user.begin(session, "Wait")).metadata?.id ?? "";
  await world.client.call(AgentExecutionCommandController.method.delete, { value: second });
  const ends = (line: string) => line.includes(second) && line.includes("Execution failed after");
  await until("it is stopped", () => world.log.some(ends));
  expect(await calls(first)).toEqual([ToolCallStatus.TOOL_CALL_RUNNING]);
});

describe("an execution whose runner is killed", () => {
  /** Runs an execution with a runner that is killed when so many calls run. @returns how the next runner ends it */
  async function afterKill(conversation: Conversation, runningCalls: number) {
    const execution = await answered();
    world.ollama.converse(conversation);
    const folder = join(world.workspace, "..", crypto.randomUUID());
    const file = await installProgram(folder);
    const env = {
      MODE: "local",
      TEMPORAL_SERVICE_ADDRESS: world.temporal.address,
      TASK_QUEUE: OTHER_QUEUE,
      STIGMER_BACKEND_ENDPOINT: world.client.endpoint,
      OLLAMA_BASE_URL: world.ollama.url,
      STIGMER_DATA_DIR: join(folder, "data"),
      ADMIN_PORT: "0",
    };
    const killed = startProgram(file, [], env, folder);
    await killed.says("Worker ready");
    const handle = await running(execution, OTHER_QUEUE);
    const isRunning = (status: ToolCallStatus) => status === ToolCallStatus.TOOL_CALL_RUNNING;
    await until("the calls run", async () => (await calls(execution)).filter(isRunning).length === runningCalls);
    await killed[Symbol.asyncDispose]();
    await using next = startProgram(file, [], env, folder);
    expect(await handle.result()).toMatchObject({
      phase: "EXECUTION_FAILED",
      error: expect.stringContaining("The runner ended unexpectedly"),
    });
    const after = await user.get(execution);
    expect([phaseOf(after), await calls(execution)]).toEqual([
      "EXECUTION_FAILED",
      Array(runningCalls).fill(ToolCallStatus.TOOL_CALL_FAILED),
    ]);
    expect(after.status?.error).toContain("The runner ended unexpectedly");
    expect(next.output()).toContain("was abandoned by a runner that ended unexpectedly");
    return after;
  }

  test("is ended by the next runner that starts, which also completes its activity", async () => {
    await afterKill(sleeps, 1);
  });

  test("has no sub-agents that still work", async () => {
    const delegates: Conversation = (request, turn) =>
      request.messages[0]?.content.includes("You help.")
        ? { text: "", tools: [task("general-purpose", "Sleep")] }
        : sleeps(request, turn);
    const { status } = await afterKill(delegates, 2);
    expect(status?.subAgentExecutions).toMatchObject([
      {
        status: SubAgentStatus.SUB_AGENT_FAILED,
        error: "the execution failed",
        completedAt: expect.stringMatching(/./),
        metadata: { toolCalls: 1 },
      },
    ]);
  });
});
