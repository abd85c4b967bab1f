import { hostname } from "node:os";
import { ownProcess, processHasEnded } from "../shared/process-identity.ts";

/** Who polls a task queue, as far as other runners need to know. */
export interface WorkerIdentity {
  readonly pid: number;
  readonly host: string;
  /** Process ids mean the same only within one of these: see `machine` of a process' identity. */
  readonly pidNamespace: string;
  /** Tells it from another process that gets its id later: see `started` of a process' identity. */
  readonly started?: string | undefined;
  /** Runners that share sessions, threads and locks have the same; empty where unknown. */
  readonly group: string;
}

/** This process' identity. @param group see {@link WorkerIdentity} */
export function ownIdentity(group: string): WorkerIdentity {
  const { machine, pid, started } = ownProcess();
  return { pid, host: hostname(), pidNamespace: machine, started, group };
}

/** `123@host agent-runner pidns=…:pid:[4026531836] started=4711 group=…`: begins as the SDK's own, and says the rest after it. */
export function formatIdentity({ pid, host, pidNamespace, started = "", group }: WorkerIdentity): string {
  return `${pid}@${host} agent-runner pidns=${pidNamespace} started=${started} group=${group}`;
}

/** @returns `undefined` where the text is not a runner's */
export function parseIdentity(text: string): WorkerIdentity | undefined {
  const found = /^(\d+)@(\S+) agent-runner pidns=(\S*)(?: started=(\S*))? group=(\S*)$/.exec(text);
  if (found === null) return undefined;
  const [, pid = "", host = "", pidNamespace = "", started = "", group = ""] = found;
  return { pid: Number(pid), host, pidNamespace, started, group };
}

/** Whether the identity is surely that of a process that has ended: it would be on this machine, and is not. */
export function hasEnded({ pid, pidNamespace: machine, started = "" }: WorkerIdentity): boolean {
  return processHasEnded({ machine, pid, started }) === true;
}
