/** Only the gRPC services of the embedded daemon, with their own store: a Stigmer backend without Temporal. */
import { join } from "node:path";
import { ExecutionService } from "../../src/daemon/executions.ts";
import { serveGrpc } from "../../src/daemon/grpc-server.ts";
import { ResourceStore } from "../../src/daemon/resource-store.ts";
import { services } from "../../src/daemon/services.ts";
import { silentLogger } from "../../src/log/index.ts";
import { openDatabase } from "../../src/shared/open-database.ts";

export interface Backend {
  /** `localhost:<port>`. */
  readonly endpoint: string;
  /** Stops serving; clients find nobody. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startBackend(dataDir: string): Promise<Backend> {
  const database = openDatabase(join(dataDir, "daemon.db"));
  const store = new ResourceStore(database);
  const book = new ExecutionService(store, async () => undefined);
  const server = await serveGrpc(services(store, book, silentLogger), 0);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= server.stop();
    return stopping;
  };
  return {
    endpoint: `localhost:${server.port}`,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      database.close();
    },
  };
}
