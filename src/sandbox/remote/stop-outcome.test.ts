import { expect, test } from "bun:test";
import { type StopOutcome, unfinished } from "./stop-outcome.ts";

test.each<[StopOutcome, string]>([
  ["stopped", "The command was stopped; it may have done a part of its work."],
  ["running", "The command may still be running: check this before you run it again."],
  ["unknown", "The command may still be running: check this before you run it again."],
  ["ended", "The command had ended; its result could not be read."],
])("a command that is over time and whose outcome is %s is reported as such", (outcome, sentence) => {
  const { message } = unfinished("late", { root: "/root", recordsDirectory: "/records", outcome });
  expect(message).toBe(`The sandbox did not stop the command after its timeout; its result is unknown. ${sentence}`);
});
