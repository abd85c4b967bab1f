import { boundedText, withNote, withTimeoutNote } from "../bounded-output.ts";
import { type CommandResult, TIMEOUT_EXIT_CODE } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";

/** As of a process that was killed. */
const KILLED_EXIT_CODE = 137;

const FULL = "[The sandbox's disk is full: output may be missing. Delete what is not needed.]";
const LOST =
  "The command's supervisor was killed, by the command or by the kernel (out of memory?): the exit code is unknown.";

/** The result of a command that has ended. @param body behind `@done` @throws SandboxError if it has no exit code */
export function endedResult(body: string, timeoutMs: number): CommandResult {
  const { record, text, cut } = parse(body);
  const [, exit = "", seconds = "", full = ""] = /^(\d+) (\d+) *(full)?/.exec(record) ?? [];
  if (exit === "") throw new SandboxError("unavailable", "The sandbox returned no exit code of the command.");
  const output = full === "" ? text : withNote(text, FULL);
  const exitCode = Number(exit);
  const wasKilled = exitCode === TIMEOUT_EXIT_CODE || exitCode === KILLED_EXIT_CODE;
  if (wasKilled && Number(seconds) >= Math.floor(timeoutMs / 1000))
    return { output: withTimeoutNote(output, timeoutMs), exitCode: TIMEOUT_EXIT_CODE, cut };
  return { output, exitCode, cut };
}

/** The result of a command whose supervisor was killed. @param body behind `@lost` @param outcome what became of it */
export function lostResult(body: string, outcome: string): CommandResult {
  const { text, cut } = parse(body);
  return { output: withNote(text, `[${LOST} ${outcome}]`), exitCode: KILLED_EXIT_CODE, cut };
}

function parse(body: string): { readonly record: string; readonly text: string; readonly cut: number } {
  const [record = "", total = "", head = "", tail = ""] = body.split("\n");
  return { record, ...boundedText(Buffer.from(head, "base64"), Buffer.from(tail, "base64"), Number(total)) };
}
