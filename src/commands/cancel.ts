import { EXIT, type ExitCode, runAndFlush } from "../cli/index.ts";
import { ConfigError, describeProblem } from "../config/index.ts";
import { printable } from "../shared/printable.ts";
import { AdminClient, AdminRequestError } from "./admin/admin-client.ts";
import { type AdminCommandOptions, type AdminWork, adminCommand } from "./admin/admin-command.ts";
import { execution } from "./admin/answers.ts";
import { watchCommand } from "./follow-up.ts";

/** How long a runner may take to answer before Temporal is asked instead. */
const FIRST_LIMIT_MS = 1_000;
const CONFLICT = 409;

export interface CancelOptions extends AdminCommandOptions {
  readonly executionId: string;
}

/**
 * `agent-runner cancel`: asks the runner, if one answers that knows the execution, and else cancels the workflow at
 * Temporal: only then is it asked. With `--url` it asks that runner only.
 */
export async function cancel(options: CancelOptions): Promise<ExitCode> {
  const executionId = options.executionId.trim();
  if (executionId === "") {
    options.writeError(
      "error: No execution is named: `agent-runner executions` and `agent-runner list` show their ids.\n",
    );
    return EXIT.usage;
  }
  if (options.url === undefined) {
    const first = await atLocalRunner({ ...options, executionId });
    if (first.type === "done") return first.code;
    const { cancelAtTemporal } = await import("./cancel-workflow.ts");
    return await runAndFlush(() => cancelAtTemporal({ ...options, executionId, runnerSaid: first.reason }));
  }
  return await adminCommand(
    options,
    async (parts) => await cancelAt(parts.client, executionId, { ...options, ...parts }),
    "Interrupted: the execution may go on.",
  );
}

/**
 * What the runner here made of it; `not-here`: it did not cancel it, since it is not running, does not know the execution,
 * demands another token or fails.
 */
type LocalAnswer =
  | { readonly type: "done"; readonly code: ExitCode }
  | { readonly type: "not-here"; readonly reason: string };

async function atLocalRunner(options: CancelOptions): Promise<LocalAnswer> {
  const tell = (text: string) => options.writeError(`${printable(text)}\n`);
  try {
    const client = new AdminClient(options, FIRST_LIMIT_MS);
    return { type: "done", code: await cancelAt(client, options.executionId, { ...options, tell }) };
  } catch (error) {
    if (error instanceof AdminRequestError) return { type: "not-here", reason: printable(error.message) };
    if (error instanceof ConfigError)
      return { type: "not-here", reason: error.problems.map(describeProblem).join("; ") };
    throw error;
  }
}

interface CancelParts extends Pick<AdminWork, "tell">, Pick<CancelOptions, "envFile" | "url"> {
  readonly signal?: AbortSignal;
}

/** @throws AdminRequestError */
async function cancelAt(
  client: AdminClient,
  id: string,
  { tell, signal, url, envFile }: CancelParts,
): Promise<ExitCode> {
  const path = `/executions/${encodeURIComponent(id)}`;
  try {
    await client.ask(`${path}/cancel`, execution, { method: "POST", signal });
    tell(
      `The execution ${id} is being cancelled, which takes some seconds. To see its end: ${watchCommand(id, { envFile, url })}`,
    );
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof AdminRequestError) || error.status !== CONFLICT) throw error;
    const { said = error.message } = error;
    const phase = await phaseOf(client, path, signal);
    tell(`There is nothing to cancel. ${said}`);
    return phase === "cancelled" ? EXIT.ok : EXIT.failed;
  }
}

/** @returns undefined if the runner has ended meanwhile. @throws the signal's reason */
async function phaseOf(client: AdminClient, path: string, signal: AbortSignal | undefined) {
  try {
    return (await client.ask(path, execution, { signal })).phase;
  } catch (error) {
    if (error instanceof AdminRequestError) return undefined;
    throw error;
  }
}
