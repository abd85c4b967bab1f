import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ActivityCancellationType } from "@temporalio/workflow";
import { AgentExecutionQueryController, ToolCallStatus } from "../../src/stigmer/index.ts";
import { connectTemporal, TYPE_KEY, typeUrl } from "../../src/temporal/index.ts";
import { type ActivityCaller, activityCaller } from "../support/activity-caller.ts";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";

let world: LocalWorld;
let caller: ActivityCaller;
const closing = new AsyncDisposableStack();
const QUEUE = "agent_execution_runner";
const EXECUTION = "ai.stigmer.agentic.agentexecution.v1.AgentExecution";

beforeAll(async () => {
  world = closing.use(await localWorld({ TEMPORAL_MAX_CONCURRENCY: "2" }));
  const connection = await connectTemporal({
    address: world.temporal.address,
    namespace: "default",
    taskQueue: "",
    maxConcurrency: 1,
  });
  closing.defer(() => connection.close());
  caller = closing.use(await activityCaller(connection));
});
afterAll(() => closing.disposeAsync());

/** An execution that the daemon knows and that its own workflow has already run: here it is run once more. */
async function known(message: string, conversation: Parameters<typeof world.ollama.converse>[0]) {
  world.ollama.converse(() => ({ text: "First." }));
  const execution = await world.begin(await world.session(), message);
  await world.follow(execution);
  world.ollama.converse(conversation);
  return execution;
}

describe("the activities", () => {
  test("EnsureThread returns the id of the session's thread, or a new one without a session", async () => {
    const options = { taskQueue: QUEUE, startToCloseTimeout: "30 s" } as const;
    const call = async (...args: string[]) =>
      await (await caller.start({ name: "EnsureThread", args, options })).result();
    expect(await call("ses-01k", "agt-01k")).toBe("thread-ses-01k");
    expect(await call("", "agt-01k")).toMatch(/^ephemeral-agt-01k-[0-9a-f]{8}$/);
  });

  test("CleanupSandbox succeeds with any argument", async () => {
    const handle = await caller.start({
      name: "CleanupSandbox",
      args: ["nothing"],
      options: { taskQueue: QUEUE, startToCloseTimeout: "30 s" },
    });
    expect(await handle.result()).toBeFalsy();
  });

  test("ExecuteGraphton takes and returns protobuf messages as ProtoJSON, and ignores unknown fields", async () => {
    const execution = await known("Hi", () => ({ text: "Answer." }));
    const input = {
      [TYPE_KEY]: typeUrl(EXECUTION),
      metadata: { id: execution.metadata?.id, name: "x", org: "acme", fromTheFuture: 1 },
      spec: { sessionId: execution.spec?.sessionId, message: "Hi", harness: { mode: "NEW" } },
      brandNew: [{ a: 1 }],
    };
    const options = { taskQueue: QUEUE, startToCloseTimeout: "1 min", heartbeatTimeout: "30 s" } as const;
    const handle = await caller.start({ name: "ExecuteGraphton", args: [input, "thread-x"], options });
    await handle.result();
    const { metadata, json } = await caller.rawResult(handle);
    expect(metadata).toEqual({
      encoding: "json/protobuf",
      messageType: "ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus",
    });
    expect(json).toMatchObject({
      phase: "EXECUTION_COMPLETED",
      messages: [
        { type: "MESSAGE_HUMAN", content: "Hi" },
        { type: "MESSAGE_AI", content: "Answer." },
      ],
    });
    expect(json).not.toHaveProperty(TYPE_KEY);
  });

  test("the trace of its workflow is on the lines of an execution, also if the runner records no traces", async () => {
    const { metadata, spec } = await known("Hi", () => ({ text: "Answer." }));
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const input = {
      [TYPE_KEY]: typeUrl(EXECUTION),
      metadata: { id: metadata?.id },
      spec: { sessionId: spec?.sessionId, message: "Hi" },
    };
    await (
      await caller.start({
        name: "ExecuteGraphton",
        args: [input, "thread-t"],
        options: { taskQueue: QUEUE, startToCloseTimeout: "1 min" },
        trace: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      })
    ).result();
    const lines = world.log.filter((line) => line.includes(`traceId=${traceId}`));
    expect(lines.filter((line) => line.includes("Execution completed"))).toHaveLength(1);
    expect(world.log.filter((line) => line.includes("traceId=") && !line.includes(traceId))).toEqual([]);
  });

  test("an execution whose session does not exist returns a FAILED status with a message", async () => {
    const execution = await known("Hi", () => ({ text: "Answer." }));
    const input = {
      [TYPE_KEY]: typeUrl(EXECUTION),
      metadata: { id: execution.metadata?.id },
      spec: { sessionId: "ses-none", message: "Hi" },
    };
    const options = { taskQueue: QUEUE, startToCloseTimeout: "1 min" } as const;
    const result = await (await caller.start({ name: "ExecuteGraphton", args: [input, "thread-y"], options })).result();
    expect(result).toMatchObject({
      phase: "EXECUTION_FAILED",
      error: expect.stringContaining("session ses-none could not be read"),
    });
  });

  test("an execution that the backend does not know ends before the model is called", async () => {
    const { spec } = await known("Hi", () => ({ text: "Answer." }));
    const asked = world.ollama.requests.length;
    const input = {
      [TYPE_KEY]: typeUrl(EXECUTION),
      metadata: { id: "aex-none" },
      spec: { sessionId: spec?.sessionId, message: "Hi" },
    };
    const options = { taskQueue: QUEUE, startToCloseTimeout: "1 min" } as const;
    const result = await (await caller.start({ name: "ExecuteGraphton", args: [input, "thread-n"], options })).result();
    expect(result).toMatchObject({ phase: "EXECUTION_FAILED", error: expect.stringContaining("was not begun") });
    expect(world.ollama.requests.length).toBe(asked);
  });

  test("invalid arguments are refused without a retry, by name", async () => {
    const options = { taskQueue: QUEUE, startToCloseTimeout: "1 min" } as const;
    for (const name of ["EnsureThread", "ExecuteGraphton"]) {
      const handle = await caller.start({ name, args: [], options });
      const failure = await handle.result().catch((error: { cause?: { cause?: unknown } }) => error.cause?.cause);
      expect(failure).toMatchObject({
        type: "InvalidArgument",
        nonRetryable: true,
        message: expect.stringContaining(name),
      });
    }
  });

  test("a cancelled execution stops its agent and its processes and ends CANCELLED", async () => {
    const execution = await known("Sleep", () => ({
      text: "",
      tools: [{ name: "execute", args: { command: "sleep 300 & echo $! > pid; trap '' TERM; wait" } }],
    }));
    const input = { [TYPE_KEY]: typeUrl(EXECUTION), metadata: { id: execution.metadata?.id }, spec: execution.spec };
    const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;
    const options = {
      taskQueue: QUEUE,
      startToCloseTimeout: "10 min",
      heartbeatTimeout: "30 s",
      cancellationType,
    } as const;
    const handle = await caller.start({
      name: "ExecuteGraphton",
      args: [
        JSON.parse(JSON.stringify({ ...input, spec: { sessionId: execution.spec?.sessionId, message: "Sleep" } })),
        "thread-z",
      ],
      options,
    });
    const readPid = async () => await readFile(join(world.workspace, "pid"), "utf8").catch(() => "");
    await until("the command runs", async () => (await readPid()).endsWith("\n"));
    const pid = Number(await readPid());
    await handle.cancel();
    await handle.result().catch(() => undefined);
    const { json } = await caller.rawResult(handle);
    expect(json).toMatchObject({
      phase: "EXECUTION_CANCELLED",
      messages: expect.arrayContaining([expect.objectContaining({ type: "MESSAGE_SYSTEM" })]),
    });
    expect((json as { toolCalls: { status: string }[] }).toolCalls.map(({ status }) => status)).toEqual([
      "TOOL_CALL_FAILED",
    ]);
    expect(() => process.kill(pid, 0)).toThrow();
    const stored = await world.client.call(AgentExecutionQueryController.method.get, {
      value: execution.metadata?.id ?? "",
    });
    expect(phaseOf(stored)).toBe("EXECUTION_CANCELLED");
  });

  test("an execution ends as FAILED before its activity times out, also if the model hangs", async () => {
    const execution = await known("Think", () => ({ hang: true }));
    const input = {
      [TYPE_KEY]: typeUrl(EXECUTION),
      metadata: { id: execution.metadata?.id },
      spec: { sessionId: execution.spec?.sessionId, message: "Think" },
    };
    // The heartbeat timeout is shorter than the model's silence: heartbeats must come by the clock.
    const options = {
      taskQueue: QUEUE,
      startToCloseTimeout: "30 s",
      heartbeatTimeout: "15 s",
      retry: { maximumAttempts: 1 },
    } as const;
    const result = await (await caller.start({ name: "ExecuteGraphton", args: [input, "thread-t"], options })).result();
    expect(result).toMatchObject({ phase: "EXECUTION_FAILED", error: expect.stringContaining("time limit of 30 s") });
  });

  test("EnsureThread does not wait behind executions, and executions beyond the limit wait", async () => {
    const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
    world.ollama.converse(() => ({ text: "Slow.", after: goesOn }));
    const before = world.ollama.requests.length;
    const executions = await Promise.all(
      [1, 2, 3, 4].map(async (n) => world.begin(await world.session(), `Slow ${n}`)),
    );
    await until("two of them run", () => world.ollama.requests.length === before + 2);
    const options = { taskQueue: QUEUE, startToCloseTimeout: "30 s" } as const;
    for (let n = 0; n < 5; n++)
      await (await caller.start({ name: "EnsureThread", args: [`ses-${n}`, ""], options })).result();
    expect(world.ollama.requests.length).toBe(before + 2);
    goOn();
    const ended = await Promise.all(executions.map(async (execution) => (await world.follow(execution)).at(-1)));
    expect(ended.map((state) => state && phaseOf(state))).toEqual(Array(4).fill("EXECUTION_COMPLETED"));
  });

  test("ten executions at once all complete", async () => {
    world.ollama.converse((_, turn) =>
      turn === 0 ? { text: "", tools: [{ name: "execute", args: { command: "echo $RANDOM" } }] } : { text: "Done." },
    );
    const ended = await Promise.all(
      Array.from({ length: 10 }, async (_, n) =>
        (await world.follow(await world.begin(await world.session(), `Number ${n}`))).at(-1),
      ),
    );
    expect(ended.map((state) => state && phaseOf(state))).toEqual(Array(10).fill("EXECUTION_COMPLETED"));
    expect(ended.map((state) => state?.status?.toolCalls.map(({ status }) => ToolCallStatus[status]))).toEqual(
      Array(10).fill(["TOOL_CALL_COMPLETED"]),
    );
  });
});
