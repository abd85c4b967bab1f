/** What strangers can do to the admin server of the compiled program. */
import { expect, test } from "bun:test";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type DevProgram, startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram, startLocal } from "../support/installed-program.ts";
import type { RunningProgram } from "../support/program.ts";
import { slowClients } from "../support/slow-clients.ts";
import { TOKEN, testStrangers } from "../support/strangers-suite.ts";

const installed = installedProgram("temporal");
const CLIENTS = 1_000;
const BATCH = 50;
/** See docs/admin-api.md. */
const MAX_CONNECTIONS = 256;
/** Files that come and go by themselves. */
const OTHER_FILES = 30;
/** What answers may take that nobody reads, and what the garbage collector leaves for later. */
const MAX_GROWTH_BYTES = 300 * 1024 * 1024;

async function startWithToken() {
  const script = `${installed.folder.path}/model.yaml`;
  await writeFile(script, "turns:\n  - text: Done.\n");
  const program = await startDev(installed, {
    ADMIN_HOST: "0.0.0.0",
    ADMIN_TOKEN: TOKEN,
    METRICS_PUBLIC: "true",
    STIGMER_LLM_PROVIDER: "scripted",
    STIGMER_LLM_SCRIPT: script,
  });
  return { program, port: portOf(program), [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

const portOf = ({ env }: DevProgram) => Number(env["ADMIN_PORT"]);
const filesOf = async ({ pid }: RunningProgram) => (await readdir(`/proc/${pid}/fd`)).length;

async function memoryOf({ pid }: RunningProgram): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** What the probes answer. */
async function probe(port: number): Promise<readonly unknown[]> {
  const ask = async (path: string) =>
    await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } })).json();
  return await Promise.all(["/livez", "/readyz"].map(ask));
}
const HEALTHY = [{ status: "ok" }, { status: "ok", reasons: [] }];

test.skipIf(process.platform !== "linux")(
  "1,000 clients that stall, dribble and do not read keep no probe out, and use bounded files and memory",
  async () => {
    await using started = await startWithToken();
    const { program, port } = started;
    await until("it is ready", async () => Bun.deepEquals(await probe(port), HEALTHY));
    const [files, memory] = [await filesOf(program), await memoryOf(program)];
    using clients = slowClients(port);
    let most = 0;
    for (let count = 0; count < CLIENTS; count += BATCH) {
      await clients.add(BATCH);
      expect(await probe(port)).toEqual(HEALTHY);
      most = Math.max(most, await filesOf(program));
    }
    expect(most).toBeLessThanOrEqual(files + MAX_CONNECTIONS + OTHER_FILES);
    expect((await memoryOf(program)) - memory).toBeLessThan(MAX_GROWTH_BYTES);
    await until("all of them are cut", async () => (await filesOf(program)) <= files + OTHER_FILES);
    expect(await probe(port)).toEqual(HEALTHY);
    program.signal("SIGTERM");
    expect(await program.exited).toBe(0);
  },
);

testStrangers(startWithToken);

test("a token file that others can read causes a warning at the start", async () => {
  const folder = await mkdtemp("/tmp/agent-runner-token-");
  try {
    await chmod(folder, 0o755);
    const file = `${folder}/token`;
    await writeFile(file, TOKEN, { mode: 0o644 });
    await using runner = startLocal(installed, { ADMIN_HOST: "0.0.0.0", ADMIN_TOKEN_FILE: file }, ["start"]);
    await runner.says(`ADMIN_TOKEN_FILE is the file ${file}, whose content everybody on this machine can read`);
    await runner.says("Admin server listens");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
