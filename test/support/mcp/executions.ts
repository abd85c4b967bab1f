/** MCP servers as an agent's definition on the wire names them. */
import { join } from "node:path";
import { type AgentExecution, ToolCallStatus } from "../../../src/stigmer/index.ts";
import { newMark } from "./mark.ts";
import type { StdioFaultName } from "./stdio-faults.ts";

/** @param record a file in which the server records what it is asked */
export function stdioSpec(name: string, fault: StdioFaultName, mark: string = newMark(), record?: string) {
  const args = [join(import.meta.dir, "fault-program.ts"), fault, mark];
  const envPlaceholders: Record<string, string> = record === undefined ? {} : { RECORD: record };
  return { name, serverType: { case: "stdio" as const, value: { command: process.execPath, args, envPlaceholders } } };
}

export function httpSpec(name: string, url: string) {
  return { name, serverType: { case: "http" as const, value: { url, timeoutSeconds: 60 } } };
}

/** The calls of an execution: name, status, and result or error. */
export function callsOf({ status }: AgentExecution): (readonly [name: string, status: string, text: string])[] {
  return (status?.toolCalls ?? []).map((call) => [
    call.name,
    ToolCallStatus[call.status].replace("TOOL_CALL_", ""),
    call.result || call.error,
  ]);
}
