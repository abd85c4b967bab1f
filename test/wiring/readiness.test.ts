/** Readiness asks the questions that tell: a runner that cannot work must not look ready. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { AgentExecutionQueryController, serviceDefinition } from "../../src/stigmer/index.ts";
import { pause, until } from "../support/eventually.ts";
import { installProgram, type RunningProgram, startProgram } from "../support/program.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** A backend that knows nothing, and says so in the way it is told to. */
interface Backend {
  readonly port: number;
  answer: "not-found" | "unauthenticated" | "nothing";
  stop(): void;
}

async function startBackend(): Promise<Backend> {
  const server = new Server();
  const backend = { port: 0, answer: "not-found" as Backend["answer"], stop: () => server.forceShutdown() };
  server.addService(serviceDefinition(AgentExecutionQueryController), {
    get: (_: unknown, callback: (error: { code: number; details: string }) => void) => {
      if (backend.answer === "not-found") callback({ code: status.NOT_FOUND, details: "there is none" });
      if (backend.answer === "unauthenticated") callback({ code: status.UNAUTHENTICATED, details: "key expired" });
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
  backend.port = await promise;
  return backend;
}

let folder: TemporaryFolder;
let file: string;
let temporal: TestTemporal;
let backend: Backend;
let runner: RunningProgram;
let adminUrl: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  file = await installProgram(join(folder.path, "program"));
});
afterAll(() => folder[Symbol.asyncDispose]());

beforeEach(async () => {
  temporal = await startTemporal();
  backend = await startBackend();
});
afterEach(async () => {
  await runner[Symbol.asyncDispose]();
  backend.stop();
  await temporal[Symbol.asyncDispose]();
});

async function start(env: Record<string, string> = {}): Promise<void> {
  const base = { MODE: "local", ADMIN_PORT: "0", TEMPORAL_SERVICE_ADDRESS: temporal.address };
  const endpoint = {
    STIGMER_BACKEND_ENDPOINT: `127.0.0.1:${backend.port}`,
    STIGMER_DATA_DIR: join(folder.path, "data"),
  };
  runner = startProgram(file, [], { ...base, ...endpoint, ...env }, folder.path);
  await runner.says("Worker ready");
  adminUrl = /Admin server listens on (\S+)/.exec(runner.output())?.[1] ?? "";
  await until("it is ready", async () => (await readiness()).status === 200);
}

async function readiness(): Promise<{ readonly status: number; readonly reasons: string }> {
  const response = await fetch(`${adminUrl}/readyz`);
  const { reasons } = (await response.json()) as { reasons: readonly string[] };
  return { status: response.status, reasons: reasons.join("; ") };
}

/** Waits until the runner is not ready for this reason, and then until it is ready again. */
async function notReady(reason: RegExp): Promise<void> {
  await until(`it is not ready: ${reason}`, async () => reason.test((await readiness()).reasons));
  expect((await readiness()).status).toBe(503);
}

const ready = () => until("it is ready again", async () => (await readiness()).status === 200);

describe("a runner is not ready", () => {
  test("while its backend refuses the API key", async () => {
    await start();
    backend.answer = "unauthenticated";
    await notReady(/Stigmer: .*the API key was refused/);
    expect(runner.output()).toContain("Accepting no executions. Unhealthy: Stigmer");
    backend.answer = "not-found";
    await ready();
    expect(runner.output()).toContain("Accepting executions");
  });

  test("while its backend accepts connections and does not answer", async () => {
    await start();
    backend.answer = "nothing";
    await notReady(/Stigmer: .*no answer/);
    backend.answer = "not-found";
    await ready();
  });

  test("while Temporal hangs", async () => {
    await start();
    temporal.hang();
    await notReady(/Temporal: /);
    temporal.resume();
    await ready();
  });

  test("while Temporal hangs, and still stops when it is told to and is idle", async () => {
    await start();
    temporal.hang();
    runner.signal("SIGTERM");
    expect(await runner.exited).toBe(0);
    expect(runner.output()).toContain("Temporal did not confirm within 3.0 s that this worker leaves");
    expect(runner.output()).not.toMatch(/ERROR|Closing failed/);
  });

  test("and not alive for a while, after it could not do anything for seconds", async () => {
    await start();
    expect((await fetch(`${adminUrl}/livez`)).status).toBe(200);
    runner.signal("SIGSTOP");
    await pause(6_000);
    runner.signal("SIGCONT");
    const response = await fetch(`${adminUrl}/livez`);
    expect(response.status).toBe(503);
    expect(await response.text()).toMatch(/the event loop was blocked for \d/);
    expect(runner.output()).toMatch(/The event loop was blocked for \d/);
    await until("it is alive again", async () => (await fetch(`${adminUrl}/livez`)).status === 200);
  });

  test("after its namespace was deleted", async () => {
    const cli = async (...args: string[]) => {
      const command = ["temporal", "operator", "namespace", ...args, "--address", temporal.address];
      expect(await Bun.spawn(command, { stdout: "ignore", stderr: "inherit" }).exited).toBe(0);
    };
    await cli("create", "--namespace", "doomed", "--retention", "24h");
    await until("the namespace can be used", async () => {
      await start({ TEMPORAL_NAMESPACE: "doomed" });
      return true;
    });
    await cli("delete", "--namespace", "doomed", "--yes");
    await notReady(/Temporal: .*namespace "doomed"/);
  });
});
