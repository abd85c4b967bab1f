/** MCP servers as an agent's definition on the wire names them. */
import { join } from "node:path";
import { newMark } from "./connect.ts";
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
