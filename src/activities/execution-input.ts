import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { messageOf } from "../shared/errors.ts";
import { type AgentExecution, AgentExecutionSchema } from "../stigmer/index.ts";
import { TYPE_KEY, typeUrl } from "../temporal/index.ts";
import { invalidArgument, kindOf } from "./invalid-argument.ts";

/** What `ExecuteGraphton` is called with. */
export interface ExecutionInput {
  readonly execution: AgentExecution;
  /** The execution's id. */
  readonly id: string;
  readonly threadId: string;
}

/** Reads the arguments of `ExecuteGraphton`. @throws ApplicationFailure `InvalidArgument` */
export function executionInput(first: unknown, second: unknown): ExecutionInput {
  const execution = decode(first);
  const id = execution.metadata?.id ?? "";
  if (id === "") {
    throw invalidArgument(
      "The first argument of ExecuteGraphton is an AgentExecution without metadata.id: its status could be sent nowhere.",
    );
  }
  if (typeof second !== "string" || second === "") {
    throw invalidArgument(
      `The second argument of ExecuteGraphton is the id of the thread, as EnsureThread returned it: it is ${kindOf(second)}.`,
    );
  }
  return { execution, id, threadId: second };
}

function decode(input: unknown): AgentExecution {
  const refuse = (problem: string) =>
    invalidArgument(`The first argument of ExecuteGraphton is no AgentExecution: ${problem}`);
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw refuse(`it is ${kindOf(input)}.`);
  const { [TYPE_KEY]: type, ...message } = input as Record<string, unknown>;
  // Plain JSON names no type.
  if (type !== undefined && type !== typeUrl(AgentExecutionSchema.typeName))
    throw refuse(`its type is ${String(type)}.`);
  try {
    return fromJson(AgentExecutionSchema, message as JsonValue, { ignoreUnknownFields: true });
  } catch (error) {
    throw refuse(messageOf(error));
  }
}
