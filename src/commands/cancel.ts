import { EXIT, type ExitCode, runAndFlush } from "../cli/index.ts";
import { ConfigError } from "../config/index.ts";
import { AdminClient, AdminRequestError } from "./admin/admin-client.ts";
import { type AdminCommandOptions, type AdminWork, adminCommand } from "./admin/admin-command.ts";
import { execution } from "./admin/answers.ts";

/** How long a runner may take to answer before Temporal is asked instead. */
const FIRST_LIMIT_MS = 1_000;
const CONFLICT = 409;

export interface CancelOptions extends AdminCommandOptions {
  readonly executionId: string;
}

/**
 * `agent-runner cancel`: asks the runner, if one answers that knows the execution, and else cancels the workflow at
 * Temporal. With `--url` it asks that runner only.
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
    const code = await atLocalRunner({ ...options, executionId });
    if (code !== undefined) return code;
    const { cancelAtTemporal } = await import("./cancel-workflow.ts");
    return await runAndFlush(() => cancelAtTemporal({ ...options, executionId }));
  }
  return await adminCommand(
    options,
    async (parts) => await cancelAt(parts.client, executionId, parts),
    "Interrupted: the execution may go on.",
  );
}

/** @returns undefined if no runner answers here, it does not know the execution, or it demands another token */
async function atLocalRunner(options: CancelOptions): Promise<ExitCode | undefined> {
  const tell = (text: string) => options.writeError(`${text}\n`);
  try {
    const client = new AdminClient(options, FIRST_LIMIT_MS);
    return await cancelAt(client, options.executionId, { tell });
  } catch (error) {
    if (error instanceof AdminRequestError || error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** @throws AdminRequestError */
async function cancelAt(
  client: AdminClient,
  id: string,
  { tell, signal }: Pick<AdminWork, "tell"> & Partial<Pick<AdminWork, "signal">>,
): Promise<ExitCode> {
  const path = `/executions/${encodeURIComponent(id)}`;
  try {
    await client.ask(`${path}/cancel`, execution, { method: "POST", signal });
    tell(
      `The execution ${id} is being cancelled, which takes some seconds. To see its end: agent-runner executions ${id} --watch`,
    );
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof AdminRequestError) || error.status !== CONFLICT) throw error;
    tell(`There is nothing to cancel. ${error.message}`);
    const { phase } = await client.ask(path, execution, { signal });
    return phase === "cancelled" ? EXIT.ok : EXIT.failed;
  }
}
