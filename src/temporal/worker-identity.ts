import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who polls a task queue, as far as other runners need to know. */
export interface WorkerIdentity {
  readonly pid: number;
  readonly host: string;
  /** Process ids mean the same only within one of these; empty where the system has none. */
  readonly pidNamespace: string;
  /** Runners that share sessions, threads and locks have the same; empty where unknown. */
  readonly group: string;
}

/** This process' identity. @param group see {@link WorkerIdentity} */
export function ownIdentity(group: string): WorkerIdentity {
  return { pid: process.pid, host: hostname(), pidNamespace: pidNamespace(), group };
}

/** `123@host agent-runner pidns=4026531836 group=…`: begins as the SDK's own, and says the rest after it. */
export function formatIdentity({ pid, host, pidNamespace, group }: WorkerIdentity): string {
  return `${pid}@${host} agent-runner pidns=${pidNamespace} group=${group}`;
}

/** @returns `undefined` where the text is not a runner's */
export function parseIdentity(text: string): WorkerIdentity | undefined {
  const found = /^(\d+)@(\S+) agent-runner pidns=(\S*) group=(\S*)$/.exec(text);
  if (found === null) return undefined;
  const [, pid = "", host = "", namespace = "", group = ""] = found;
  return { pid: Number(pid), host, pidNamespace: namespace, group };
}

/** Whether the identity is surely that of a process that has ended: it would be on this machine, and is not. */
export function hasEnded({ pid, host, pidNamespace: namespace }: WorkerIdentity): boolean {
  if (host !== hostname() || namespace !== pidNamespace()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** Linux: the namespace's number. */
function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    return "";
  }
}
