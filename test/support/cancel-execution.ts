import { Client, Connection } from "@temporalio/client";
import type { AgentExecution } from "../../src/stigmer/index.ts";

/** Cancels the workflow of an execution. */
export async function cancelExecution(address: string, { metadata }: AgentExecution): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await new Client({ connection }).workflow.getHandle(`stigmer/agent-execution/invoke/${metadata?.id}`).cancel();
  } finally {
    await connection.close();
  }
}
