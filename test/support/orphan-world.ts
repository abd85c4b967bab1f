/** A group of replicas that collects orphaned sandboxes: real Redis, real backends, Daytona's double, and a clock. */
import { join } from "node:path";
import { RedisOrphanLedger } from "../../src/platform/orphan-ledger.ts";
import { RedisConnection, RedisLocks } from "../../src/redis/index.ts";
import { OrphanCollector, type OrphanCollectorOptions } from "../../src/sandbox/daytona/index.ts";
import { StigmerClient, StigmerSessions } from "../../src/stigmer/index.ts";
import { type Backend, startBackend } from "./backend.ts";
import { collectedLog } from "./collected-log.ts";
import { DaytonaDouble } from "./daytona-double/daytona-double.ts";
import { MemorySessions } from "./daytona-double/ports.ts";
import { openReplica } from "./daytona-double/replica.ts";
import { startRedis, type TestRedis } from "./redis.ts";
import { StigmerUser } from "./stigmer-user.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const GROUP = "the-group";
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export interface OrphanWorld {
  readonly daytona: DaytonaDouble;
  readonly redis: TestRedis;
  readonly log: string[];
  /** The backend of the sessions, and one that does not know them. */
  readonly backend: Backend;
  readonly empty: Backend;
  readonly user: StigmerUser;
  /** Moves the clock. */
  later(ms: number): void;
  /** A collector of another replica. */
  collector(options?: Partial<OrphanCollectorOptions> & { readonly at?: Backend }): Promise<OrphanCollector>;
  /** A sandbox with these labels. */
  labelled(labels: Record<string, string>): Promise<string>;
  /** A sandbox that a replica left behind. If it has a session, that names it by default. */
  sandbox(options?: { readonly session?: string; readonly isWritten?: boolean }): Promise<string>;
  /** Creates sessions with a sandbox each. */
  used(count: number): Promise<{ readonly sessions: string[]; readonly sandboxes: string[] }>;
  alive(): string[];
  /** The log's warnings. */
  warnings(): string[];
  /** Runs the rounds of several hours. @returns how many sandboxes were deleted */
  rounds(collector: OrphanCollector, hours: number): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function orphanWorld(): Promise<OrphanWorld> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(await temporaryFolder());
  const redis = opening.use(await startRedis());
  const [backend, empty] = await Promise.all(["one", "two"].map((name) => startBackend(join(folder.path, name))));
  if (backend === undefined || empty === undefined) throw new Error("unreachable");
  opening.use(backend);
  opening.use(empty);
  const daytona = new DaytonaDouble();
  opening.defer(() => daytona.stop());
  const replica = openReplica({ double: daytona, sessions: new MemorySessions(), group: GROUP });
  opening.defer(() => replica.close());
  const { log: logger, lines: log } = collectedLog();
  const clients = new Map<Backend, StigmerClient>();
  const clientOf = (at: Backend) => {
    const known = clients.get(at);
    if (known !== undefined) return known;
    const client = opening.adopt(
      new StigmerClient({ endpoint: at.endpoint, tls: false, apiKey: () => "test" }),
      (made) => made.close(),
    );
    clients.set(at, client);
    return client;
  };
  clientOf(empty);
  const client = clientOf(backend);
  const sessions = new StigmerSessions(client);
  let skew = 0;
  const now = () => Date.now() + skew;
  const later = (ms: number) => {
    skew += ms;
  };
  const labelled = async (labels: Record<string, string>) => (await replica.api.client.create({ labels })).id;
  const user = new StigmerUser(client);
  const sandbox: OrphanWorld["sandbox"] = async ({ session, isWritten = true } = {}) => {
    const labels = { "stigmer-runner": GROUP, "stigmer-execution": "aex-left" };
    const id = await labelled(session === undefined ? labels : { ...labels, "stigmer-session": session });
    if (session !== undefined && isWritten) await sessions.setSandbox(session, id);
    return id;
  };
  const open = opening.move();
  return {
    daytona,
    redis,
    log,
    backend,
    empty,
    user,
    later,
    labelled,
    sandbox,
    used: async (count) => {
      const used = { sessions: [] as string[], sandboxes: [] as string[] };
      for (let made = 0; made < count; made++) {
        const session = await user.session();
        used.sessions.push(session);
        used.sandboxes.push(await sandbox({ session }));
      }
      return used;
    },
    warnings: () => log.filter((line) => line.includes(" WARN ")),
    alive: () => daytona.alive.map(({ id }) => id),
    collector: async ({ at = backend, ...options } = {}) => {
      const connection = await RedisConnection.open(redis.config, logger);
      open.defer(() => connection.close());
      const collector = new OrphanCollector({
        collection: "on",
        api: replica.api,
        group: GROUP,
        now,
        log: logger,
        sessions: new StigmerSessions(clientOf(at)),
        ledger: new RedisOrphanLedger(connection, GROUP),
        backend: () => at.endpoint,
        rebindRemedy: "Delete the key.",
        isInUse: (id) => replica.sandboxes.isInUse(id),
        tryLock: (onLost) => new RedisLocks(connection, "stigmer:lock:orphans:", logger).tryAcquire(GROUP, onLost),
        ...options,
      });
      open.defer(() => collector.stop());
      return collector;
    },
    rounds: async (collector, hours) => {
      let deleted = 0;
      for (let round = 0; round < hours * 2; round++) {
        later(HOUR / 2);
        // Redis counts the time until the next round by its own clock.
        await redis.command("DEL", `stigmer:agent-runner:orphans:${GROUP}:round`);
        deleted += await collector.collect();
      }
      return deleted;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
