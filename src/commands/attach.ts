import type { ExitCode } from "../cli/index.ts";
import { ClientError } from "../client/index.ts";
import { AgentExecutionQueryController } from "../stigmer/index.ts";
import { type StigmerCommandOptions, stigmerCommand, tell } from "./stigmer-command.ts";
import { type WatchOptions, watch } from "./watch.ts";

export interface AttachOptions extends StigmerCommandOptions, WatchOptions {
  readonly executionId: string;
}

/** `agent-runner attach`: shows an execution that runs, or has run, from its beginning to its end. */
export async function attach(options: AttachOptions): Promise<ExitCode> {
  const executionId = options.executionId.trim();
  return await stigmerCommand(
    options,
    async ({ signal, client }) => {
      if (executionId === "") throw new ClientError("No execution is named: `agent-runner list` shows their ids.");
      // A missing execution, or a missing daemon, is reported at once.
      const { get } = AgentExecutionQueryController.method;
      const execution = await client().call(get, { value: executionId }, { signal });
      return await watch(client(), execution, options, signal);
    },
    () => tell("Interrupted."),
  );
}
