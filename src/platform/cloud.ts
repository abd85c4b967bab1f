import type { CloudConfig } from "../config/index.ts";
import type { OpenCredentials } from "../credentials/verified/index.ts";
import { RedisJournal } from "../recovery/redis/index.ts";
import { type RedisConnection, RedisLocks, ReplicaGroup } from "../redis/index.ts";
import { DaytonaApi, DaytonaHealth, DaytonaSandboxes } from "../sandbox/daytona/index.ts";
import { withRemedies } from "../shared/runner-error.ts";
import { RedisSink } from "../status/redis/index.ts";
import { StigmerClient, StigmerSessions } from "../stigmer/index.ts";
import { redisThreads } from "../threads/redis/index.ts";
import { bind, GROUP_KEY, ORGANIZATION_KEY } from "./bound-value.ts";
import { ForeignAddresses } from "./foreign-addresses.ts";
import { measuredLocks } from "./measured-locks.ts";
import { startCollector } from "./orphan-collection.ts";
import type { Platform, PlatformOptions, PreparedPlatform } from "./platform.ts";
import { credentials, daytona, redis } from "./preflight/cloud-requirements.ts";
import { openAll } from "./preflight/open-all.ts";
import { hasProxy } from "./proxy.ts";

/** The servers that a platform uses, connected and checked. */
interface CloudServers {
  readonly redis: RedisConnection;
  readonly key: OpenCredentials;
  readonly daytona: DaytonaApi;
  readonly stigmer: StigmerClient;
}

/** A cluster: any number of replicas that share threads, locks and events in Redis, and sandboxes at Daytona. */
export async function openCloud(config: CloudConfig, options: PlatformOptions): Promise<PreparedPlatform> {
  const { log } = options;
  await using opened = new AsyncDisposableStack();
  const api = new DaytonaApi(config.daytona, log);
  opened.defer(() => api.close());
  const [connection, key, problem] = await openAll(opened, [
    redis(config, log),
    credentials(config, options),
    daytona(api),
  ]);
  if (problem !== undefined) {
    const text = withRemedies(problem.reason, problem.remedies ?? []);
    log.warn(`${text} The runner starts anyway; executions fail until Daytona answers.`);
  }
  const stigmer = new StigmerClient({ ...config.stigmer, apiKey: () => key.credentials.apiKey() });
  opened.defer(() => stigmer.close());
  const servers = { redis: connection, key, daytona: api, stigmer };
  const closing = opened.move();
  return {
    mayHaveReplicas: true,
    connected: [`✅ Connected to Redis at ${connection.address}`, ...key.connected],
    summary: ["🔧 Sandbox: daytona", `🔧 Redis: ${connection.address}`],
    findGroup: () => ReplicaGroup.find(connection, GROUP_KEY),
    join: () => joinCloud(config, options, servers, closing),
    close: () => closing.disposeAsync(),
  };
}

/** Joins the group of replicas: from here on others see this one. */
async function joinCloud(
  config: CloudConfig,
  { log, env, isWorkflowOpen, measures }: PlatformOptions,
  { redis, key, daytona, stigmer }: CloudServers,
  opened: AsyncDisposableStack,
): Promise<Platform> {
  const replicas = await ReplicaGroup.join(redis, GROUP_KEY, log);
  opened.defer(() => replicas.close());
  const group = replicas.name;
  const sessions = new StigmerSessions(stigmer);
  const sandboxes = new DaytonaSandboxes({
    api: daytona,
    config: config.daytona,
    commandTimeoutMs: config.commandTimeoutMs,
    group,
    sessions,
    log,
    locks: measuredLocks(new RedisLocks(redis, "stigmer:lock:sandbox:", log), measures),
    organization: {
      bind: (id) => bind(redis, ORGANIZATION_KEY, id),
      rebindRemedy: `If the organization has really changed, delete the key ${ORGANIZATION_KEY} in Redis.`,
    },
  });
  const backend = () => `${config.stigmer.endpoint.toLowerCase()}, ${key.owner()}`;
  const collector = startCollector(config, { redis, daytona, sandboxes, sessions, group, backend, measures, log });
  opened.defer(() => collector?.stop());
  const journal = new RedisJournal(redis, config.temporal.namespace, log);
  opened.defer(() => journal.close());
  const events = new RedisSink(redis, config.redis.eventsTtlMs, log, measures);
  return {
    stigmer,
    sandboxes,
    addressPolicy: new ForeignAddresses(config.mcpAllowedHosts ?? [], (url) => hasProxy(url, env)),
    threads: redisThreads(redis, config.redis.threadTtlMs, log, isWorkflowOpen),
    sinks: [events],
    group,
    journal,
    // A runner's entry in Redis also expires while Redis is unavailable.
    isJournalCertain: false,
    checks: [events.check, key.check, new DaytonaHealth(daytona), ...(collector === undefined ? [] : [collector])],
  };
}
