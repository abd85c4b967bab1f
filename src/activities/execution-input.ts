import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { messageOf } from "../shared/errors.ts";
import { type AgentExecution, AgentExecutionSchema } from "../stigmer/index.ts";
import { TYPE_KEY, typeUrl } from "../temporal/index.ts";
import { invalidArgument, kindOf } from "./invalid-argument.ts";

/** The arguments of `ExecuteGraphton`. */
export interface ExecutionInput {
  readonly execution: AgentExecution;
  /** The execution's id. */
  readonly id: string;
  readonly threadId: string;
}

/** Decodes the arguments of `ExecuteGraphton`. @throws ApplicationFailure `InvalidArgument` */
export function executionInput(first: unknown, second: unknown): ExecutionInput {
  const execution = decode(first);
  const id = execution.metadata?.id ?? "";
  if (id === "") {
    throw invalidArgument(
      "The first argument of ExecuteGraphton is an AgentExecution without metadata.id, so its status could not be reported.",
    );
  }
  if (typeof second !== "string" || second === "") {
    throw invalidArgument(
      `The second argument of ExecuteGraphton must be the id of the thread that EnsureThread returned: it is ${kindOf(second)}.`,
    );
  }
  return { execution, id, threadId: second };
}

function decode(input: unknown): AgentExecution {
  const refuse = (problem: string) =>
    invalidArgument(`The first argument of ExecuteGraphton is not an AgentExecution: ${problem}`);
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw refuse(`it is ${kindOf(input)}.`);
  const { [TYPE_KEY]: type, ...message } = input as Record<string, unknown>;
  // Plain JSON has no type.
  if (type !== undefined && type !== typeUrl(AgentExecutionSchema.typeName))
    throw refuse(`its type is ${String(type)}.`);
  try {
    return fromJson(AgentExecutionSchema, message as JsonValue, { ignoreUnknownFields: true });
  } catch (error) {
    throw refuse(`its ${placeOf(error)} is of a wrong type.`);
  }
}

/** What could not be decoded. The rest of the decoder's text quotes the value, which may be a secret. */
function placeOf(error: unknown): string {
  return /^cannot decode ((?:field|message) [\w.]+) from JSON/.exec(messageOf(error))?.[1] ?? "content";
}
