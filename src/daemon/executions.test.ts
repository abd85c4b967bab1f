import { Database } from "bun:sqlite";
import { beforeEach, describe, expect, test } from "bun:test";
import { setImmediate } from "node:timers/promises";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type AgentExecution,
  AgentExecutionSchema,
  type AgentExecutionStatusSchema,
  AgentExecutionUpdateStatusInputSchema,
  AgentSchema,
  ExecutionPhase,
  MessageType,
} from "../stigmer/index.ts";
import { TYPE_KEY, type TypedJson, typeUrl } from "../temporal/index.ts";
import { isTerminal } from "./execution-phase.ts";
import { ExecutionService } from "./executions.ts";
import { kinds } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";

let store: ResourceStore;
let started: { id: string; execution: TypedJson }[];
let book: ExecutionService;
let agentId: string;

beforeEach(() => {
  store = new ResourceStore(new Database(":memory:", { strict: true }));
  started = [];
  book = new ExecutionService(store, async (id, execution) => {
    started.push({ id, execution });
  });
  agentId = kinds.agent.create(store, create(AgentSchema, { metadata: { name: "helper" } })).metadata?.id ?? "";
});

const never = new AbortController().signal;
const idOf = (execution: AgentExecution) => execution.metadata?.id ?? "";
const begin = () => book.create(create(AgentExecutionSchema, { spec: { agentId, message: "Hello" } }));

function update(executionId: string, status: MessageInitShape<typeof AgentExecutionStatusSchema>): AgentExecution {
  return book.updateStatus(create(AgentExecutionUpdateStatusInputSchema, { executionId, status }));
}

describe("new execution", () => {
  test("is pending, and its workflow gets all of it with its type", async () => {
    const execution = await begin();
    expect(execution.status?.phase).toBe(ExecutionPhase.EXECUTION_PENDING);
    expect(started).toEqual([
      {
        id: idOf(execution),
        execution: expect.objectContaining({
          [TYPE_KEY]: typeUrl(AgentExecutionSchema.typeName),
          spec: { agentId, message: "Hello" },
        }),
      },
    ]);
  });

  test("is refused with the limit and a remedy if it is larger than Temporal accepts", async () => {
    const long = create(AgentExecutionSchema, { spec: { agentId, message: "ä".repeat(1_500_000) } });
    await expect(book.create(long)).rejects.toThrow(
      /2\.9 MiB long, and Temporal takes at most 1\.9 MiB: put long text into a file/,
    );
    expect(started).toEqual([]);
    await book.create(create(AgentExecutionSchema, { spec: { agentId, message: "x".repeat(1_900_000) } }));
  });

  test("is refused without a message or an existing agent", async () => {
    for (const spec of [
      { agentId },
      { message: "x" },
      { message: "x", agentId: "agt-none" },
      { message: "x", sessionId: "s" },
    ])
      await expect(book.create(create(AgentExecutionSchema, { spec }))).rejects.toThrow();
    expect(started).toEqual([]);
    expect(kinds.execution.all(store)).toEqual([]);
  });

  test("fails if its workflow cannot be started", async () => {
    book = new ExecutionService(store, () => {
      const cause = new Error("Temporal is gone");
      return Promise.reject(new Error("Failed to start Workflow", { cause }));
    });
    const { status } = await begin();
    expect(status?.phase).toBe(ExecutionPhase.EXECUTION_FAILED);
    expect(status?.error).toContain("could not be started: Failed to start Workflow: Temporal is gone");
    expect(status?.completedAt).not.toBe("");
  });
});

describe("status update", () => {
  test("replaces non-empty lists and maps as a whole, and never clears them", async () => {
    const id = idOf(await begin());
    const message = (content: string) => ({ type: MessageType.MESSAGE_AI, content });
    update(id, {
      messages: [message("one"), message("two")],
      toolCalls: [{ id: "c1" }],
      subAgentExecutions: [{ id: "s1" }],
      todos: { a: { id: "a" }, b: { id: "b" } },
    });
    const { status } = update(id, { messages: [message("three")], todos: { c: { id: "c" } } });
    expect(status?.messages.map(({ content }) => content)).toEqual(["three"]);
    expect(Object.keys(status?.todos ?? {})).toEqual(["c"]);
    expect(status?.toolCalls).toHaveLength(1);
    expect(status?.subAgentExecutions).toHaveLength(1);
    expect(update(id, {}).status).toEqual(status ?? expect.unreachable());
  });

  test("replaces other values if they are set", async () => {
    const id = idOf(await begin());
    const phase = ExecutionPhase.EXECUTION_IN_PROGRESS;
    update(id, { phase, startedAt: "2026-01-19T10:00:00Z", error: "an error" });
    const { status } = update(id, { completedAt: "2026-01-19T10:00:09Z" });
    expect(status).toMatchObject({
      phase,
      startedAt: "2026-01-19T10:00:00Z",
      completedAt: "2026-01-19T10:00:09Z",
      error: "an error",
    });
  });

  test("may change a terminal phase, as on the Stigmer server", async () => {
    const id = idOf(await begin());
    update(id, { phase: ExecutionPhase.EXECUTION_COMPLETED });
    expect(update(id, { phase: ExecutionPhase.EXECUTION_IN_PROGRESS }).status?.phase).toBe(
      ExecutionPhase.EXECUTION_IN_PROGRESS,
    );
  });

  test("is stored", async () => {
    const id = idOf(await begin());
    const updated = update(id, { error: "an error" });
    expect(kinds.execution.get(store, id)).toEqual(updated);
  });

  test("is refused without a status and for an unknown execution", async () => {
    const id = idOf(await begin());
    expect(() => book.updateStatus(create(AgentExecutionUpdateStatusInputSchema, { executionId: id }))).toThrow(
      "the status is missing",
    );
    expect(() => update("aex-none", {})).toThrow("there is no AgentExecution aex-none");
  });
});

describe("execution that its runner did not end", () => {
  test("fails", async () => {
    const id = idOf(await begin());
    expect(book.fail(id, "the runner is gone").status).toMatchObject({
      phase: ExecutionPhase.EXECUTION_FAILED,
      error: "the runner is gone",
    });
  });

  test("is not changed if it has ended", async () => {
    const id = idOf(await begin());
    const ended = update(id, { phase: ExecutionPhase.EXECUTION_CANCELLED });
    expect(isTerminal(ended)).toBe(true);
    expect(book.fail(id, "too late")).toEqual(ended);
  });
});

describe("subscription", () => {
  /** Everything that a subscriber receives until the end. */
  async function told(id: string, signal = never): Promise<string[]> {
    const errors: string[] = [];
    for await (const { status } of book.subscribe(id, signal)) errors.push(status?.error ?? "");
    return errors;
  }

  test("begins with the current state and ends with a terminal phase", async () => {
    const id = idOf(await begin());
    const all = Promise.all([told(id), told(id)]);
    for (const error of ["one", "two"]) {
      await setImmediate();
      update(id, { error });
    }
    await setImmediate();
    update(id, { phase: ExecutionPhase.EXECUTION_FAILED, error: "last" });
    expect(await all).toEqual([
      ["", "one", "two", "last"],
      ["", "one", "two", "last"],
    ]);
  });

  test("sends a slow reader only the newest state, and always the last two", async () => {
    const id = idOf(await begin());
    const updates = book.subscribe(id, never);
    await updates.next();
    for (const error of ["one", "two", "three"]) update(id, { error });
    expect((await updates.next()).value?.status?.error).toBe("three");
    for (const error of ["four", "five"]) update(id, { error });
    update(id, { phase: ExecutionPhase.EXECUTION_FAILED, error: "last" });
    expect((await updates.next()).value?.status?.error).toBe("five");
    expect((await updates.next()).value?.status?.error).toBe("last");
    expect((await updates.next()).done).toBe(true);
  });

  test("sends each change as it happens", async () => {
    const id = idOf(await begin());
    const updates = book.subscribe(id, never);
    await updates.next();
    const next = updates.next();
    update(id, { error: "one" });
    expect((await next).value?.status?.error).toBe("one");
    await updates.return(undefined);
  });

  test("sends only the final state of an ended execution", async () => {
    const id = idOf(await begin());
    update(id, { phase: ExecutionPhase.EXECUTION_COMPLETED, error: "last" });
    expect(await told(id)).toEqual(["last"]);
  });

  test("ends when its signal aborts", async () => {
    const id = idOf(await begin());
    const controller = new AbortController();
    const updates = book.subscribe(id, controller.signal);
    await updates.next();
    const next = updates.next();
    controller.abort();
    expect((await next).done).toBe(true);
  });

  test("is refused for an unknown execution", async () => {
    await expect(told("aex-none")).rejects.toThrow("there is no AgentExecution");
  });
});
