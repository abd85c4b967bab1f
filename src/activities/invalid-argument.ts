import { ApplicationFailure } from "@temporalio/common";

/** An activity was called with what it cannot take: the same call will never succeed. */
export function invalidArgument(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, "InvalidArgument");
}

/** What an argument is, for messages; never its content. */
export function kindOf(argument: unknown): string {
  if (argument === undefined) return "missing";
  if (argument === null) return "null";
  if (argument === "") return "empty";
  return Array.isArray(argument) ? "a list" : `of type ${typeof argument}`;
}
