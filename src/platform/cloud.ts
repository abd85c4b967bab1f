import type { CloudConfig } from "../config/index.ts";
import { openCredentials } from "../credentials/verified/index.ts";
import type { Logger } from "../log/index.ts";
import { RedisJournal } from "../recovery/redis/index.ts";
import { RedisConnection, RedisLocks, ReplicaGroup } from "../redis/index.ts";
import {
  DaytonaApi,
  DaytonaFailure,
  DaytonaHealth,
  DaytonaSandboxes,
  OrphanCollector,
  type SessionSandboxes,
} from "../sandbox/daytona/index.ts";
import { explained } from "../shared/errors.ts";
import { RedisSink } from "../status/redis/index.ts";
import { StigmerClient, StigmerSessions } from "../stigmer/index.ts";
import { redisThreads } from "../threads/redis/index.ts";
import { BACKEND_KEY, bind, ORGANIZATION_KEY } from "./bound-value.ts";
import { openAll } from "./open-all.ts";
import { RedisOrphanLedger } from "./orphan-ledger.ts";
import type { Platform, PlatformOptions } from "./platform.ts";

/** Names the replicas that share this Redis, and with it sessions and their sandboxes. */
const GROUP_KEY = "stigmer:agent-runner:group";

/** A cluster: any number of replicas that share threads, locks and events in Redis, and sandboxes at Daytona. */
export async function openCloud(
  config: CloudConfig,
  { log, mask, isWorkflowOpen }: PlatformOptions,
): Promise<Platform> {
  await using opened = new AsyncDisposableStack();
  const daytona = new DaytonaApi(config.daytona, log);
  opened.defer(() => daytona.close());
  // At the same time: each of them waits for somebody else.
  const [redis, key] = await openAll(opened, [
    RedisConnection.open(config.redis, log).then((made) => [made, () => made.close()] as const),
    openCredentials(config, { log, mask }).then((made) => [made, () => made.close()] as const),
    checkDaytona(daytona, log).then(() => [undefined, () => undefined] as const),
  ]);
  const { credentials } = key;
  const stigmer = new StigmerClient({ ...config.stigmer, apiKey: () => credentials.apiKey() });
  opened.defer(() => stigmer.close());

  const shared = await ReplicaGroup.join(redis, GROUP_KEY, log);
  opened.defer(() => shared.close());
  const group = shared.name;
  const sessions = new StigmerSessions(stigmer);
  const sandboxes = new DaytonaSandboxes({
    ...{ api: daytona, config: config.daytona, commandTimeoutMs: config.commandTimeoutMs },
    ...{ group, sessions, log, locks: new RedisLocks(redis, "stigmer:lock:sandbox:", log) },
    organization: {
      bind: (id) => bind(redis, ORGANIZATION_KEY, id),
      rebindRemedy: `If the organization has really changed, delete the key ${ORGANIZATION_KEY} in Redis.`,
    },
  });
  const backend = () => `${config.stigmer.endpoint.toLowerCase()}, ${key.owner()}`;
  const collector = openCollector(config, { redis, daytona, sandboxes, sessions, group, backend, log });
  opened.defer(() => collector?.stop());
  const journal = new RedisJournal(redis, config.temporal.namespace, log);
  opened.defer(() => journal.close());
  const events = new RedisSink(redis, config.redis.eventsTtlMs, log);
  const closing = opened.move();
  return {
    stigmer,
    sandboxes,
    threads: redisThreads(redis, config.redis.threadTtlMs, log, isWorkflowOpen),
    sinks: [events],
    group,
    isShared: true,
    journal,
    // Its note in Redis expires while Redis is away, too.
    isJournalCertain: false,
    checks: [events.check, key.check, new DaytonaHealth(daytona), ...(collector === undefined ? [] : [collector])],
    connected: [`✅ Connected to Redis at ${redis.address}`, ...key.connected],
    summary: ["🔧 Sandbox: daytona", `🔧 Redis: ${redis.address}`],
    close: () => closing.disposeAsync(),
  };
}

interface CollectorParts {
  readonly redis: RedisConnection;
  readonly daytona: DaytonaApi;
  readonly sandboxes: DaytonaSandboxes;
  readonly sessions: SessionSandboxes;
  readonly group: string;
  readonly backend: () => string;
  readonly log: Logger;
}

/** Looks for orphaned sandboxes from now on, unless that is switched off. */
function openCollector({ daytona: { orphanCollection: collection } }: CloudConfig, parts: CollectorParts) {
  const { redis, daytona: api, sandboxes, sessions, group, backend, log } = parts;
  if (collection === "off") return undefined;
  const locks = new RedisLocks(redis, "stigmer:lock:orphans:", log);
  const collector = new OrphanCollector({
    ...{ collection, api, sessions, group, backend, log: log.child("orphans") },
    ledger: new RedisOrphanLedger(redis, group),
    rebindRemedy: `If the backend has really moved to this one, delete the key ${BACKEND_KEY} in Redis.`,
    isInUse: (id) => sandboxes.isInUse(id),
    tryLock: (onLost) => locks.tryAcquire(group, onLost),
  });
  collector.start();
  return collector;
}

/** A key that is refused will be refused for every sandbox; all else may pass. */
async function checkDaytona(api: DaytonaApi, log: Logger): Promise<void> {
  try {
    await api.ping();
  } catch (error) {
    if (error instanceof DaytonaFailure && error.reason === "unauthorized") throw error;
    log.warn(`${explained(error)} The runner starts all the same; executions fail until Daytona answers.`);
  }
}
