import { expect, test } from "bun:test";
import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure } from "@temporalio/common";
import { failureText } from "./failure-text.ts";

const ofActivity = (cause: Error) =>
  new ActivityFailure("Activity task failed", "ExecuteGraphton", "1", RetryState.TIMEOUT, "runner", cause);

test("a killed runner is explained with a remedy", () => {
  const text = failureText(ofActivity(new TimeoutFailure("activity Heartbeat timeout", undefined, "HEARTBEAT")));
  expect(text).toContain("it was killed, or lost its connection to Temporal. Send the message again.");
});

test("other failures have the runner's message", () => {
  expect(failureText(ofActivity(ApplicationFailure.nonRetryable("The model is away.")))).toBe("The model is away.");
  expect(failureText(new Error("none"))).toBe("none");
});
