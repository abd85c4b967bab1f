import { create } from "@bufbuild/protobuf";
import { kinds } from "../../src/daemon/resource-kind.ts";
import { ResourceStore } from "../../src/daemon/resource-store.ts";
import { openDatabase } from "../../src/shared/open-database.ts";
import { AgentExecutionSchema, ExecutionPhase } from "../../src/stigmer/index.ts";

/** Creates a daemon's file with unfinished executions. @returns their ids */
export function makeDaemonFile(path: string, executions = 30): string[] {
  using database = openDatabase(path);
  const store = new ResourceStore(database);
  return Array.from({ length: executions }, () => {
    const spec = { message: "x".repeat(10_000) };
    const status = { phase: ExecutionPhase.EXECUTION_IN_PROGRESS };
    return kinds.execution.create(store, create(AgentExecutionSchema, { spec, status })).metadata?.id ?? "";
  });
}
