import type { CloudConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { type RedisConnection, RedisLocks } from "../redis/index.ts";
import {
  type DaytonaApi,
  type DaytonaSandboxes,
  OrphanCollector,
  type SessionSandboxes,
} from "../sandbox/daytona/index.ts";
import type { Measures } from "../shared/measures.ts";
import { BACKEND_KEY } from "./bound-value.ts";
import { RedisOrphanLedger } from "./orphan-ledger.ts";

export interface CollectorDeps {
  readonly redis: RedisConnection;
  readonly daytona: DaytonaApi;
  readonly sandboxes: DaytonaSandboxes;
  readonly sessions: SessionSandboxes;
  readonly group: string;
  readonly backend: () => string;
  readonly measures?: Measures | undefined;
  readonly log: Logger;
}

/** Collects orphaned sandboxes from now on. @returns `undefined` when that is switched off */
export function startCollector(
  { daytona: { orphanCollection: collection } }: CloudConfig,
  deps: CollectorDeps,
): OrphanCollector | undefined {
  const { redis, daytona: api, sandboxes, sessions, group, backend, measures, log } = deps;
  if (collection === "off") return undefined;
  const locks = new RedisLocks(redis, "stigmer:lock:orphans:", log);
  const collector = new OrphanCollector({
    collection,
    api,
    sessions,
    group,
    backend,
    measures,
    log: log.child("orphans"),
    ledger: new RedisOrphanLedger(redis, group),
    rebindRemedy: `If the backend has really moved to this one, delete the key ${BACKEND_KEY} in Redis.`,
    isInUse: (id) => sandboxes.isInUse(id),
    tryLock: (onLost) => locks.tryAcquire(group, onLost),
  });
  collector.start();
  return collector;
}
