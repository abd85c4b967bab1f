import { withRemedies } from "../../shared/runner-error.ts";
import { SandboxError } from "../sandbox-error.ts";

/**
 * What is known of a command after an attempt to stop it: what the script printed, or that its machine does not run any
 * more.
 */
export type StopOutcome = "ended" | "stopped" | "prevented" | "running" | "unknown" | "machine-stopped";

const TEXTS: Readonly<Record<StopOutcome, string>> = {
  ended: "The command had ended; its result could not be read.",
  stopped: "The command was stopped; it may have done a part of its work.",
  prevented: "It is unknown whether the command was run: check this before you run it again.",
  running: "The command may still be running: check this before you run it again.",
  unknown: "The command may still be running: check this before you run it again.",
  "machine-stopped": "The command was stopped with the sandbox; it may have done a part of its work.",
};

/** What became of a command, as a sentence. */
export function outcomeText(outcome: StopOutcome): string {
  return TEXTS[outcome];
}

/** @param code what the script printed @param wasSeen whether the command was seen running */
export function stopOutcome(code: string, wasSeen: boolean): StopOutcome {
  switch (code) {
    case "ended":
    case "stopped":
    case "running":
      return code;
    case "prevented":
      // It has deleted its own records.
      return wasSeen ? "unknown" : code;
    default:
      return "unknown";
  }
}

/** An error of the host, with a sentence on the command that it interrupted. */
export function interrupted(error: unknown, sentence: string): unknown {
  if (!(error instanceof SandboxError)) return error;
  return new SandboxError(error.code, withRemedies(error.message, [sentence]), error, error.remedies);
}

export interface UnfinishedCommand {
  /** Where it was started. */
  readonly root: string;
  /** Where its records are. */
  readonly recordsDirectory: string;
  readonly outcome: StopOutcome;
}

/** The error for a command that has no result. @param code what the last script printed, or `late` */
export function unfinished(code: string, { root, recordsDirectory, outcome }: UnfinishedCommand): SandboxError {
  const became = outcomeText(outcome);
  switch (code) {
    case "late":
      return failure(`The sandbox did not stop the command after its timeout; its result is unknown. ${became}`);
    case "forgotten":
      return failure(
        `It is unknown how the command ended: ${recordsDirectory}, which contains its result, was deleted meanwhile. ${became}`,
      );
    case "denied":
      return refused(`the sandbox's user cannot write to ${recordsDirectory}.`, outcome);
    case "full":
      return refused("the sandbox's disk is full. Delete files with the file tools, then try again.", outcome);
    default:
      return refused(`the workspace ${root} was deleted, and cannot be created again.`, outcome);
  }
}

/** A start was refused. Another one, of the same command, may have arrived before or after it. */
function refused(reason: string, outcome: StopOutcome): SandboxError {
  const wasNotRun = outcome === "prevented" || outcome === "unknown";
  if (wasNotRun) return failure(`The command was not run: ${reason}`);
  return failure(`A repeated start of the command failed: ${reason} ${outcomeText(outcome)}`);
}

function failure(message: string): SandboxError {
  return new SandboxError("unavailable", message);
}
