import { hostname } from "node:os";
import { ownProcess, processHasEnded } from "../shared/process-identity.ts";

/** Identifies a worker to other runners that poll the same task queue. */
export interface WorkerIdentity {
  readonly pid: number;
  readonly host: string;
  /** The PID namespace in which the process id is valid: `machine` of a process identity. */
  readonly pidNamespace: string;
  /** Distinguishes it from a later process with the same id: `started` of a process identity. */
  readonly started?: string | undefined;
  /** Runners of one group share sessions, threads and locks; empty if unknown. */
  readonly group: string;
}

/** This process' identity. @param group see {@link WorkerIdentity} */
export function ownIdentity(group: string): WorkerIdentity {
  const { machine, pid, started } = ownProcess();
  return { pid, host: hostname(), pidNamespace: machine, started, group };
}

/** `123@host agent-runner pidns=…:pid:[4026531836] started=4711 group=…`: begins like the SDK's default identity. */
export function formatIdentity({ pid, host, pidNamespace, started = "", group }: WorkerIdentity): string {
  return `${pid}@${host} agent-runner pidns=${pidNamespace} started=${started} group=${group}`;
}

/** @returns `undefined` if the text is not a runner's identity */
export function parseIdentity(text: string): WorkerIdentity | undefined {
  const found = /^(\d+)@(\S+) agent-runner pidns=(\S*)(?: started=(\S*))? group=(\S*)$/.exec(text);
  if (found === null) return undefined;
  const [, pid = "", host = "", pidNamespace = "", started = "", group = ""] = found;
  return { pid: Number(pid), host, pidNamespace, started, group };
}

/** Whether the process is known to have ended: it belongs to this machine and does not exist. */
export function hasEnded({ pid, pidNamespace: machine, started = "" }: WorkerIdentity): boolean {
  return processHasEnded({ machine, pid, started }) === true;
}
