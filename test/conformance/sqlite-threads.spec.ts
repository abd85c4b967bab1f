/** LangGraph's own suite for checkpoint savers, on SQLite. Run by vitest under Bun: the suite is made for vitest. */
import { Database } from "bun:sqlite";
import { validate } from "@langchain/langgraph-checkpoint-validation";
import { RowSaver } from "../../src/threads/row-saver.ts";
import { SqliteRows } from "../../src/threads/sqlite/sqlite-rows.ts";

validate({
  checkpointerName: "agent-runner-sqlite",
  createCheckpointer: () =>
    // The suite looks for every checkpoint that it wrote.
    new RowSaver(new SqliteRows(new Database(":memory:", { strict: true })), Number.POSITIVE_INFINITY),
});
