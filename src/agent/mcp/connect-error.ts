import { RunnerError } from "../../shared/runner-error.ts";

/** A server could not be connected. The message is one or two sentences in which "it" is the server. */
export class ConnectError extends RunnerError<"connect"> {
  override readonly name = "ConnectError";

  constructor(message: string, cause?: unknown, remedies: readonly string[] = []) {
    super("connect", message, { cause, remedies });
  }
}
