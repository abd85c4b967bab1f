/** A real Temporal server for tests: in memory, on a free port, stopped with the test. */
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { connectTemporal } from "../../src/temporal/index.ts";
import { eventually } from "./eventually.ts";
import { type ServerProcess, startServerProcess } from "./server-process/server-process.ts";

export interface TestTemporal {
  readonly address: string;
  readonly port: number;
  /** Kills the server as a crash would. */
  kill(): Promise<void>;
  /** Keeps the server from answering; its connections stay. */
  hang(): void;
  /** Lets it go on. */
  resume(): void;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param database a file for the server's state; without it the state is in memory */
export async function startTemporal(database?: string): Promise<TestTemporal> {
  const executable = Bun.which("temporal");
  if (executable === null)
    throw new Error("the tests need the Temporal CLI on the PATH: run them with scripts/test, which gets it");
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const args = [
    "server",
    "start-dev",
    "--headless",
    "--ip",
    "127.0.0.1",
    "--port",
    String(port),
    "--log-level",
    "error",
  ];
  if (database !== undefined) args.push("--db-filename", database);
  let server: ServerProcess | undefined;

  const start = async () => {
    server = startServerProcess([executable, ...args]);
    await eventually(async () => {
      const connection = await connectTemporal({ address, namespace: "default", taskQueue: "", maxConcurrency: 1 });
      await connection.close();
    });
  };
  const kill = async () => {
    server?.kill("SIGKILL");
    await server?.exited;
  };
  await start();
  return {
    address,
    port,
    kill,
    restart: start,
    hang: () => server?.kill("SIGSTOP"),
    resume: () => server?.kill("SIGCONT"),
    [Symbol.asyncDispose]: kill,
  };
}
