import { EXIT, type ExitCode } from "../cli/index.ts";
import { loadSettings, localSettings, type TemporalConfig } from "../config/index.ts";
import { workflowIdOf } from "../stigmer/index.ts";
import { type CancelOutcome, cancelWorkflow, TemporalError } from "../temporal/client/index.ts";
import { followUp } from "./follow-up.ts";
import { type StigmerCommandOptions, stigmerCommand, tell } from "./stigmer-command.ts";

export interface CancelWorkflowOptions extends Omit<StigmerCommandOptions, "endpoint"> {
  readonly executionId: string;
  /** Why the runner of this configuration did not cancel it; told if Temporal does not either. */
  readonly runnerSaid: string;
}

/** Cancels the workflow of an execution at Temporal. Stigmer's API has no call for that. */
export async function cancelAtTemporal(options: CancelWorkflowOptions): Promise<ExitCode> {
  const { env, envFile, defaults, executionId } = options;
  return await stigmerCommand(
    options,
    async ({ signal }) => {
      const { temporal } = localSettings;
      const { temporal: config } = loadSettings({ temporal }, { env, envFile, defaults });
      try {
        const outcome = await cancelWorkflow(config, workflowIdOf(executionId), signal);
        return report(outcome, config, options);
      } catch (error) {
        if (!(error instanceof TemporalError)) throw error;
        tell(
          `error: ${error.message}.\nTo cancel an execution, this command must reach the Temporal that its Stigmer server uses:`,
        );
        for (const remedy of error.remedies) tell(`- ${remedy}`);
        tellFirst(options);
        return EXIT.unavailable;
      }
    },
    () => tell("Interrupted: the execution may go on."),
  );
}

function report(outcome: CancelOutcome, config: TemporalConfig, options: CancelWorkflowOptions): ExitCode {
  const { executionId } = options;
  const where = `Temporal at ${config.address} (namespace ${config.namespace})`;
  switch (outcome.type) {
    case "requested":
      tell(
        `The execution ${executionId} is being cancelled, which takes some seconds. To see its end: ${followUp(executionId, options).attach}`,
      );
      return EXIT.ok;
    case "ended":
      tell(`The execution ${executionId} has ended already: there is nothing to cancel.`);
      return outcome.wasCancelled ? EXIT.ok : EXIT.failed;
    case "unknown":
      tell(
        `error: ${where} knows no execution ${executionId}: it ended long ago, the id is wrong, or its Stigmer server uses another Temporal (TEMPORAL_SERVICE_ADDRESS, TEMPORAL_NAMESPACE).`,
      );
      tellFirst(options);
      return EXIT.failed;
  }
}

function tellFirst({ runnerSaid }: CancelWorkflowOptions): void {
  tell(`A runner was asked first: ${runnerSaid}`);
}
