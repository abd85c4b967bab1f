import { ApplicationFailure } from "@temporalio/common";

/** An activity was called with an invalid argument. Temporal does not retry it, since it would fail again. */
export function invalidArgument(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, "InvalidArgument");
}

/** The type of an argument, for messages; never its content. */
export function kindOf(argument: unknown): string {
  if (argument === undefined) return "missing";
  if (argument === null) return "null";
  if (argument === "") return "empty";
  return Array.isArray(argument) ? "a list" : `of type ${typeof argument}`;
}
