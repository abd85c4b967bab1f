/** LangGraph's own suite for checkpoint savers, on SQLite. Run by vitest under Bun: the suite is made for vitest. */
import { Database } from "bun:sqlite";
import { validate } from "@langchain/langgraph-checkpoint-validation";
import { CheckpointSaver } from "../../src/threads/checkpoint-saver.ts";
import { SqliteCheckpointStorage } from "../../src/threads/sqlite/sqlite-checkpoint-storage.ts";

validate({
  checkpointerName: "agent-runner-sqlite",
  createCheckpointer: () =>
    // The suite looks for every checkpoint that it wrote.
    new CheckpointSaver(
      new SqliteCheckpointStorage(new Database(":memory:", { strict: true })),
      Number.POSITIVE_INFINITY,
    ),
});
