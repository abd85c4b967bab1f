import {
  DaytonaApi,
  DaytonaSandboxes,
  type GroupOrganization,
  type ReplicaLocks,
} from "../../../src/sandbox/daytona/index.ts";
import type { SandboxHandle, SandboxRequest } from "../../../src/sandbox/index.ts";
import { collectedLog } from "../collected-log.ts";
import type { DaytonaDouble } from "./daytona-double.ts";
import { type MemorySessions, memoryLocks, memoryOrganization } from "./ports.ts";

export interface ReplicaOptions {
  readonly double: DaytonaDouble;
  readonly sessions: MemorySessions;
  readonly locks?: ReplicaLocks;
  readonly group?: string;
  readonly organization?: GroupOrganization;
  readonly apiKey?: string;
  readonly apiUrl?: string;
  readonly snapshotId?: string;
  readonly keepAliveMs?: number;
  /** Requests are repeated only twice, after a short time. */
  readonly isImpatient?: boolean;
  readonly readyTimeoutMs?: number;
}

/** The part of a runner that uses Daytona. */
export interface Replica {
  readonly api: DaytonaApi;
  readonly sandboxes: DaytonaSandboxes;
  readonly log: readonly string[];
  acquire(request?: Partial<SandboxRequest>): Promise<SandboxHandle>;
  /** Releases what the test did not release. */
  close(): Promise<void>;
}

export function openReplica(options: ReplicaOptions): Replica {
  const { double, sessions, locks = memoryLocks(), group = "group", organization = memoryOrganization() } = options;
  const { log: logger, lines: log } = collectedLog();
  const config = {
    apiKey: options.apiKey ?? double.apiKey,
    apiUrl: options.apiUrl ?? double.url,
    autoStopMinutes: 15,
    autoDeleteMinutes: 60,
    orphanCollection: "on" as const,
    ...(options.snapshotId === undefined ? {} : { snapshotId: options.snapshotId }),
  };
  const api = new DaytonaApi(
    config,
    logger,
    options.isImpatient === true ? { retries: 2, initialMs: 50, maxMs: 50 } : undefined,
  );
  const sandboxes = new DaytonaSandboxes({
    api,
    config,
    commandTimeoutMs: 60_000,
    group,
    sessions,
    locks,
    organization,
    log: logger,
    ...(options.keepAliveMs === undefined ? {} : { keepAliveMs: options.keepAliveMs }),
    ...(options.readyTimeoutMs === undefined ? {} : { readyTimeoutMs: options.readyTimeoutMs }),
  });
  const handles: SandboxHandle[] = [];
  return {
    api,
    sandboxes,
    log,
    acquire: async (request = {}) => {
      const { signal } = new AbortController();
      const defaults = { executionId: "aex-1", sessionId: "ses-1", environment: {}, signal };
      const { sessionId, ...rest } = { ...defaults, ...request };
      const handle = await sandboxes.acquire({ ...rest, ...(sessionId === "" ? {} : { sessionId }) });
      handles.push(handle);
      return handle;
    },
    close: async () => {
      await Promise.all(handles.map((handle) => handle.release()));
      await api.close();
    },
  };
}
