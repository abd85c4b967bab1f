import { EXIT, type ExitCode } from "../../cli/index.ts";
import { ConfigError, describeProblem } from "../../config/index.ts";
import { printable } from "../../shared/printable.ts";
import { type AdminOptions, AdminUrlError } from "./admin-address.ts";
import { AdminClient, AdminRequestError } from "./admin-client.ts";

export interface AdminCommandOptions extends AdminOptions {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** What the work of such a command is given. */
export interface AdminWork {
  readonly client: AdminClient;
  /** Aborts when a signal interrupts the command. */
  readonly signal: AbortSignal;
  /** Writes a message for people. It is not part of the result. */
  readonly tell: (text: string) => void;
}

/**
 * Runs a command that asks an admin server, and explains errors.
 * @param interrupted what to say if a signal interrupted it
 */
export async function adminCommand(
  options: AdminCommandOptions,
  work: (parts: AdminWork) => Promise<ExitCode>,
  interrupted?: string,
): Promise<ExitCode> {
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const tell = (text: string) => options.writeError(`${printable(text)}\n`);
  for (const name of signals) process.once(name, onSignal);
  try {
    return await work({ client: new AdminClient(options), signal: controller.signal, tell });
  } catch (error) {
    if (controller.signal.aborted) {
      if (interrupted !== undefined) tell(interrupted);
      return EXIT.interrupted;
    }
    return explain(error, tell);
  } finally {
    for (const name of signals) process.off(name, onSignal);
  }
}

/** @throws any error that is not expected */
export function explain(error: unknown, tell: (text: string) => void): ExitCode {
  if (error instanceof AdminUrlError) {
    tell(`error: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof ConfigError) {
    for (const problem of error.problems) tell(`error: ${describeProblem(problem)}`);
    return EXIT.configuration;
  }
  if (!(error instanceof AdminRequestError)) throw error;
  tell(`error: ${error.message}`);
  return error.isUnanswered ? EXIT.unavailable : EXIT.failed;
}
