/** Requests to drain and to stop a runner during its start, in this process. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { EXIT, Lifecycle, StartInterrupted } from "../../src/cli/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { startRunner } from "../../src/runner/index.ts";
import { secretMasks } from "../../src/shared/secret-masks.ts";
import { startSilentServer } from "../support/silent-server.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let temporal: TestTemporal;
beforeAll(async () => {
  folder = await temporaryFolder();
  temporal = await startTemporal();
});
afterAll(async () => {
  await temporal[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** A runner in local mode. @param onLog told of each line that it logs */
async function start(address: string, onLog: (message: string, lifecycle: Lifecycle) => void = () => undefined) {
  const [port] = await freePorts(1);
  const env = {
    MODE: "local",
    TEMPORAL_SERVICE_ADDRESS: address,
    ADMIN_PORT: String(port),
    SANDBOX_ROOT_DIR: join(folder.path, "workspace"),
    STIGMER_DATA_DIR: join(folder.path, crypto.randomUUID()),
  };
  const lifecycle = new Lifecycle();
  const info = (message: string) => onLog(message, lifecycle);
  const log = { ...silentLogger, info };
  const starting = startRunner({
    loaded: loadConfig({ env, envFile: "/dev/null" }),
    env,
    log,
    masks: secretMasks(),
    lifecycle,
  });
  return { lifecycle, starting, livez: `http://127.0.0.1:${port}/livez` };
}

/** Lines that the start logs, each at the end of one of its phases. */
const PHASES = [
  "Task Queue: agent_execution_runner",
  "Admin server listens on",
  "Local mode: Skipping Redis initialization",
  "🔧 Sandbox: filesystem",
  "✅ [POLYGLOT] Connected to Temporal server",
];

describe("a start that is told to end", () => {
  for (const request of ["requestDrain", "requestStop"] as const) {
    for (const phase of PHASES) {
      test(`by ${request} at "${phase}" closes what it has opened`, async () => {
        const { starting, lifecycle, livez } = await start(temporal.address, (message, own) => {
          if (message.startsWith(phase)) own[request]();
        });
        await expect(starting).rejects.toBeInstanceOf(StartInterrupted);
        expect(lifecycle.state).toBe(request === "requestDrain" ? "draining" : "stopping");
        await expect(fetch(livez)).rejects.toThrow();
      });
    }

    test(`by ${request} while Temporal does not answer closes what it has opened`, async () => {
      await using silent = await startSilentServer();
      const { starting, lifecycle, livez } = await start(`127.0.0.1:${silent.port}`);
      await silent.connected;
      expect((await fetch(livez)).status).toBe(200);
      lifecycle[request]();
      await expect(starting).rejects.toBeInstanceOf(StartInterrupted);
      await expect(fetch(livez)).rejects.toThrow();
    });
  }

  test("by a second request goes on ending", async () => {
    await using silent = await startSilentServer();
    const { starting, lifecycle } = await start(`127.0.0.1:${silent.port}`);
    await silent.connected;
    lifecycle.requestDrain();
    lifecycle.requestDrain();
    lifecycle.requestStop();
    await expect(starting).rejects.toBeInstanceOf(StartInterrupted);
    expect(lifecycle.state).toBe("stopping");
  });
});

describe("a runner that is told to end as soon as it polls", () => {
  test.each(["requestDrain", "requestStop"] as const)("by %s ends with success", async (request) => {
    const { starting, lifecycle } = await start(temporal.address, (message, own) => {
      if (message.startsWith("🚀 Worker ready")) own[request]();
    });
    expect(await (await starting).ended).toBe(EXIT.ok);
    expect(lifecycle.state).toBe("stopped");
  });
});
