import { Database } from "bun:sqlite";
import { ExecutionService } from "../../src/daemon/executions.ts";
import { serveGrpc } from "../../src/daemon/grpc-server.ts";
import { ResourceStore } from "../../src/daemon/resource-store.ts";
import { services } from "../../src/daemon/services.ts";
import { silentLogger } from "../../src/log/index.ts";
import { type Agent, AgentCommandController, StigmerClient } from "../../src/stigmer/index.ts";

export interface DaemonServices extends AsyncDisposable {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly client: StigmerClient;
  /** What workflows were started with. */
  readonly started: unknown[];
  /** Called after secrets were read, before they are sent. */
  onSecretsRead: () => void;
  /** Applies an agent with this name. */
  apply(name: string): Promise<Agent>;
}

/** The daemon's services on a gRPC server, over a database in memory; workflows are not started. */
export async function openDaemonServices(): Promise<DaemonServices> {
  const database = new Database(":memory:", { strict: true });
  const store = new ResourceStore(database);
  const started: unknown[] = [];
  const executions = new ExecutionService(store, async (_, execution) => void started.push(execution));
  const readSecrets = executions.secretsOf.bind(executions);
  executions.secretsOf = (id) => {
    const secrets = readSecrets(id);
    opened.onSecretsRead();
    return secrets;
  };
  const server = await serveGrpc(services(store, executions, silentLogger), 0);
  const client = new StigmerClient({ endpoint: `127.0.0.1:${server.port}`, tls: false, apiKey: () => "key" });
  const opened: DaemonServices = {
    database,
    store,
    client,
    started,
    onSecretsRead: () => undefined,
    apply: async (name) =>
      await client.call(AgentCommandController.method.apply, { metadata: { name }, spec: { instructions: "Help." } }),
    async [Symbol.asyncDispose]() {
      client.close();
      await server.stop();
      database.close();
    },
  };
  return opened;
}
