/** A server in a container. */
import { GenericContainer, getContainerRuntimeClient, type WaitStrategy } from "testcontainers";
import { freePorts } from "../../../scripts/lib/free-ports.ts";
import { RUN_LABEL } from "../../../scripts/test-support/leftovers.ts";
import { eventually } from "../eventually.ts";
import type { Address, Server, Service } from "./service.ts";

const READY_LIMIT_MS = 60_000;

/** A service in a container; further containers can join its network. */
export interface ContainerService extends Service {
  readonly kind: "container";
  /** The network mode for containers that are to reach this one, and each other, on 127.0.0.1. */
  readonly network: string;
  /** Where a port of this network is on this machine. */
  portOnThisMachine(inside: number): number;
}

/** Containers are removed by label. Ryuk, the default reaper, needs another image and keeps Bun from exiting. */
export const LABELS = { [RUN_LABEL]: process.env["TEST_RUN"] ?? String(process.pid) };

/** @param alsoExposed further ports inside the container's network, for containers that join it */
export async function startContainer(
  image: string,
  server: Server,
  alsoExposed: readonly number[] = [],
): Promise<ContainerService> {
  await using opened = new AsyncDisposableStack();
  const network = await openNetwork();
  if (network !== undefined) opened.defer(network.remove);
  const inside = [server.port, ...alsoExposed];
  const outside = await freePorts(inside.length);
  const ports = inside.map((port, index) => ({ container: port, host: outside[index] ?? 0 }));
  const [port = 0] = outside;
  // With this machine's network the server listens where clients look for it, and nowhere else.
  const listen = network === undefined ? { host: "127.0.0.1", port } : { host: "0.0.0.0", port: server.port };
  const definition = new GenericContainer(image)
    .withLabels(LABELS)
    .withAutoCleanup(false)
    .withCommand([...server.args(listen)])
    .withNetworkMode(network?.name ?? "host")
    .withWaitStrategy(new Started());
  if (network !== undefined) definition.withExposedPorts(...ports);
  const container = await definition.start();
  opened.defer(async () => void (await container.stop({ timeout: 0 })));
  const address: Address = { host: network === undefined ? "127.0.0.1" : loopback(container.getHost()), port };
  const ready = () => eventually(() => server.ready(address));
  await ready().catch(async (error: unknown) => {
    throw new Error(`${image} does not get ready: ${await logOf(container.getId())}`, { cause: error });
  });

  const client = await getContainerRuntimeClient();
  const handle = client.container.getById(container.getId());
  const closing = opened.move();
  const stop = () => closing.disposeAsync();
  return {
    ...address,
    kind: "container",
    network: `container:${container.getId()}`,
    portOnThisMachine: (wanted) => (network === undefined ? wanted : container.getMappedPort(wanted)),
    kill: async () => void (await handle.kill()),
    restart: async () => {
      // The engine says that it runs already: as wanted.
      await handle.start().catch((error: unknown) => {
        if (Object(error).statusCode !== 304) throw error;
      });
      await ready();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export async function logOf(containerId: string): Promise<string> {
  const client = await getContainerRuntimeClient();
  const log = await client.container.getById(containerId).logs({ stdout: true, stderr: true, tail: 5 });
  return log.toString().slice(0, 2_000);
}

/** A separate network; undefined if the engine cannot create one: containers then use the host's network. */
async function openNetwork(): Promise<{ readonly name: string; readonly remove: () => Promise<void> } | undefined> {
  const client = await getContainerRuntimeClient();
  const name = `agent-runner-test-${crypto.randomUUID()}`;
  try {
    const network = await client.network.create({ Name: name, Driver: "bridge", Labels: LABELS });
    return { name, remove: () => client.network.remove(network) };
  } catch {
    return undefined;
  }
}

/** The name may resolve to IPv6 first, which not every engine forwards. */
function loopback(host: string): string {
  return host === "localhost" ? "127.0.0.1" : host;
}

/** Waiting for the start is enough here: each service has its own readiness check. */
export class Started implements WaitStrategy {
  async waitUntilReady(): Promise<void> {}
  withStartupTimeout(): this {
    return this;
  }
  isStartupTimeoutSet(): boolean {
    return true;
  }
  getStartupTimeout(): number {
    return READY_LIMIT_MS;
  }
}
