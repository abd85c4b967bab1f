import { expect, test } from "bun:test";
import { executionOf } from "./execution-workflow.ts";

test("the id of an execution follows from the id of its workflow, and from no other workflow", () => {
  expect(executionOf("stigmer/agent-execution/invoke/aex-1")).toBe("aex-1");
  for (const other of [undefined, "", "aex-1", "stigmer/agent-execution/invoke/", "other/invoke/aex-1"])
    expect(executionOf(other)).toBeUndefined();
});
