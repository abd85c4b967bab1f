import { expect, test } from "bun:test";
import { shownExecution } from "../../../test/support/shown-execution.ts";
import { widthOf } from "../../shared/width.ts";
import { executionDetails } from "./execution-details.ts";
import { executionTable } from "./execution-table.ts";

const ID = shownExecution().id;
const EXECUTIONS = [
  shownExecution(),
  shownExecution({ agent: "日本語のエージェントは長い名前を持っています", stage: "waiting-for-admission" }),
  shownExecution({ agent: "👩🏽‍❤️‍💋‍👩🏽".repeat(9), tools: [{ name: "道具".repeat(30), durationMs: 1 }] }),
];

test.each([1, 20, 40, 60, 80])("a table of executions is no wider than %d columns", (columns) => {
  const lines = executionTable(EXECUTIONS, columns);
  expect(lines).toHaveLength(EXECUTIONS.length + 1);
  for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  for (const line of lines.slice(1))
    expect(line).toStartWith(columns > ID.length ? `${ID} ` : `${ID.slice(0, columns - 1)}…`);
});

test("a table that is not for a terminal is not cut", () => {
  const lines = executionTable(EXECUTIONS);
  expect(lines[3]).toEndWith(`${"道具".repeat(30)} 0.0 s`);
  for (const line of lines.slice(1)) expect(line).toStartWith(ID);
});

test.each([20, 40, 60, 80])("the details of an execution are no wider than %d columns", (columns) => {
  for (const execution of EXECUTIONS) {
    const lines = executionDetails(execution, Date.now(), columns);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    const shown = columns > ID.length + 2 ? ID : `${ID.slice(0, columns - 3)}…`;
    expect(lines.some((line) => line.endsWith(` ${shown}`))).toBe(true);
  }
});
