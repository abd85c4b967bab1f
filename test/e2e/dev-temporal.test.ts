import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { connectTemporal } from "../../src/temporal/index.ts";
import { installProgram, startProgram } from "../support/program.ts";
import { startTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

setDefaultTimeout(90_000);

let folder: TemporaryFolder;
let file: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  file = await installProgram(join(folder.path, "program"));
}, 60_000);
afterAll(() => folder[Symbol.asyncDispose]());

async function start(env: Record<string, string>) {
  const [temporal, daemon, admin] = await freePorts(3);
  const ports = {
    TEMPORAL_SERVICE_ADDRESS: `localhost:${temporal}`,
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
  };
  const cwd = join(folder.path, crypto.randomUUID());
  await Bun.write(join(cwd, ".keep"), "");
  return startProgram(file, ["dev"], { ...ports, ...env }, cwd);
}

describe("agent-runner dev", () => {
  test("uses a Temporal that runs already, and leaves it running", async () => {
    await using temporal = await startTemporal();
    const { address } = temporal;
    await using dev = await start({ TEMPORAL_SERVICE_ADDRESS: address });
    await dev.says("Ready.", 60_000);
    expect(dev.output()).toContain(address);
    dev.signal("SIGINT");
    expect(await dev.exited).toBe(0);
    const connection = await connectTemporal({ address, namespace: "default", taskQueue: "", maxConcurrency: 1 });
    await connection.close();
  });

  test("says how to get Temporal where it is not there and cannot be downloaded", async () => {
    // Nothing listens at the proxy, so the machine is as good as without network.
    await using dev = await start({
      PATH: "/nothing/here",
      HTTPS_PROXY: "http://127.0.0.1:9",
      HTTP_PROXY: "http://127.0.0.1:9",
    });
    expect(await dev.exited).toBe(4);
    const output = dev.output();
    expect(output).toContain("STARTUP FAILURE");
    expect(output).toContain("temporal");
    expect(output).toMatch(/https:\/\/\S+temporal|brew install temporal/);
  });
});
