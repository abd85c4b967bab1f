import { describe, expect, test } from "bun:test";
import { ApplicationFailure } from "@temporalio/common";
import { AgentExecutionSchema, AgentSchema } from "../stigmer/index.ts";
import { TYPE_KEY, typeUrl } from "../temporal/index.ts";
import { executionInput } from "./execution-input.ts";

const type = typeUrl(AgentExecutionSchema.typeName);
const execution = { [TYPE_KEY]: type, metadata: { id: "aex-1" }, spec: { message: "Hi" }, fromTheFuture: [1] };

/** The failure of a call with these arguments. */
function refusal(first?: unknown, second?: unknown): ApplicationFailure {
  try {
    executionInput(first, second);
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("the arguments of ExecuteGraphton", () => {
  test("are an execution, with or without a message type, and a thread", () => {
    const { [TYPE_KEY]: _, ...plain } = execution;
    for (const input of [execution, plain]) {
      expect(executionInput(input, "thread-1")).toMatchObject({
        id: "aex-1",
        threadId: "thread-1",
        execution: { spec: { message: "Hi" } },
      });
    }
  });

  const cases: readonly (readonly [string, unknown, unknown, string])[] = [
    ["nothing", undefined, undefined, "it is missing"],
    ["null", null, "thread-1", "it is null"],
    ["a text", "str", "thread-1", "of type string"],
    ["a list", [1], "thread-1", "a list"],
    ["a list that came as a message", { [TYPE_KEY]: type, 0: 1 }, "thread-1", "without metadata.id"],
    ["an empty message", { [TYPE_KEY]: type }, "thread-1", "without metadata.id"],
    ["another message", { ...execution, [TYPE_KEY]: typeUrl(AgentSchema.typeName) }, "thread-1", "agent.v1.Agent"],
    ["a field of another type", { ...execution, metadata: 5 }, "thread-1", "not an AgentExecution"],
    ["no thread", execution, undefined, "it is missing"],
    ["null as thread", execution, null, "it is null"],
    ["an empty thread", execution, "", "it is empty"],
    ["an object as thread", execution, { a: 1 }, "of type object"],
  ];
  test.each([
    ["message ai.stigmer.agentic.executioncontext.v1.ExecutionValue", { TOKEN: "s3cret" }],
    ["field ai.stigmer.agentic.executioncontext.v1.ExecutionValue.value", { TOKEN: { value: ["s3cret"] } }],
    ["field ai.stigmer.agentic.executioncontext.v1.ExecutionValue.is_secret", { TOKEN: { isSecret: "s3cret" } }],
    ["field ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec.runtime_env", "s3cret"],
  ])("are refused without their values, which may be secrets: %s", (place, runtimeEnv) => {
    const { message } = refusal({ ...execution, spec: { runtimeEnv } }, "thread-1");
    expect(message).toBe(
      `The first argument of ExecuteGraphton is not an AgentExecution: its ${place} is of a wrong type.`,
    );
  });

  test.each(cases)("are refused without a retry: %s", (_, first, second, words) => {
    const failure = refusal(first, second);
    expect(failure.message).toContain(words);
    expect([failure.type, failure.nonRetryable]).toEqual(["InvalidArgument", true]);
  });
});
