import { expect, test } from "bun:test";
import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure } from "@temporalio/common";
import { failureText } from "./failure-text.ts";

const ofActivity = (cause: Error) =>
  new ActivityFailure("Activity task failed", "ExecuteGraphton", "1", RetryState.TIMEOUT, "runner", cause);

test("a runner that was killed is told in words, with what to do", () => {
  const text = failureText(ofActivity(new TimeoutFailure("activity Heartbeat timeout", undefined, "HEARTBEAT")));
  expect(text).toContain("it was killed, or lost its connection to Temporal. Send the message again.");
});

test("other failures are told by what the runner says", () => {
  expect(failureText(ofActivity(ApplicationFailure.nonRetryable("The model is away.")))).toBe("The model is away.");
  expect(failureText(new Error("none"))).toBe("none");
});
