import { expect, test } from "bun:test";
import { shownExecution } from "../../../test/support/shown-execution.ts";
import { executionDetails } from "./execution-details.ts";

const linesOf = (execution: ReturnType<typeof shownExecution>) =>
  executionDetails(execution, Date.parse("2026-01-19T10:01:01.000Z"));

test("an execution's details name kind and id of its sandbox, once it has one", () => {
  expect(linesOf(shownExecution({ sandboxKind: "daytona", sandboxId: "box-1" }))).toContain(
    "sandbox      daytona, box-1",
  );
  expect(linesOf(shownExecution()).join("\n")).not.toContain("sandbox");
});
