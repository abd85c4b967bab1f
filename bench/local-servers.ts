import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDaemon } from "../src/daemon/index.ts";
import { type Logger, silentLogger } from "../src/log/index.ts";
import { StigmerClient } from "../src/stigmer/index.ts";
import { connectTemporal, installTemporalRuntime, type NativeConnection } from "../src/temporal/index.ts";
import { startTemporal } from "../test/support/temporal.ts";

/** What a runner in local mode needs, all of it real. */
export interface LocalServers extends AsyncDisposable {
  /** A temporary folder, deleted at the end. */
  readonly folder: string;
  /** The runner's data directory, in the folder. */
  readonly dataDir: string;
  readonly connection: NativeConnection;
  readonly client: StigmerClient;
  /** Variables of a runner that uses these servers. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts the servers around the runner of a benchmark. @param log of the servers' clients */
export async function startLocalServers(log: Logger = silentLogger): Promise<LocalServers> {
  await using open = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "agent-runner-bench-"));
  open.defer(() => rm(folder, { recursive: true, force: true }));
  const temporal = open.use(await startTemporal());
  installTemporalRuntime(log);
  const connection = await connectTemporal({
    address: temporal.address,
    namespace: "default",
    taskQueue: "",
    maxConcurrency: 1,
  });
  open.defer(() => connection.close());
  const daemon = await startDaemon({
    connection,
    namespace: "default",
    runnerQueue: "agent_execution_runner",
    port: 0,
    dataDir: join(folder, "daemon"),
    log,
  });
  open.defer(() => daemon.stop());
  const client = new StigmerClient({ endpoint: daemon.endpoint, tls: false, apiKey: () => "bench" });
  open.defer(() => client.close());
  const dataDir = join(folder, "data");
  const env = {
    MODE: "local",
    ADMIN_PORT: "0",
    TEMPORAL_SERVICE_ADDRESS: temporal.address,
    STIGMER_BACKEND_ENDPOINT: daemon.endpoint,
    STIGMER_DATA_DIR: dataDir,
  };
  const closing = open.move();
  return {
    folder,
    dataDir,
    connection,
    client,
    env,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
