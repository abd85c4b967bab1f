import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LIMIT_MS = 20_000;

/**
 * Runs the program alone in an empty folder, with nothing it could find beside it: it tells its version, its admin
 * server answers, and its native bridge tries to reach a Temporal that never answers.
 * @throws with the program's output if it does not
 */
export async function smoke(file: string, version: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "agent-runner-smoke-"));
  const program = join(folder, "agent-runner");
  // Accepts and says nothing: the runner waits for it, and its admin server is there meanwhile.
  const silent = createServer();
  try {
    await copyFile(file, program);
    const told = Bun.spawnSync([program, "--version"], { cwd: folder, env: {} });
    if (!told.stdout.toString().includes(version)) throw new Error(`--version printed ${told.stdout}${told.stderr}`);
    silent.listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as { port: number };
    await starts(program, folder, port);
    // Not in the caller's TMPDIR, where Bun would unpack an embedded bridge.
    const [bridge = ""] = await readdir(join(folder, "data/native-bridge"));
    if (!bridge.startsWith("temporal-bridge-")) throw new Error("the native bridge is not in the data directory");
    const left = await readdir(folder);
    console.log(`Smoke test passed in an empty folder (there now: ${left.join(", ")})`);
  } finally {
    silent.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function starts(program: string, folder: string, temporalPort: number): Promise<void> {
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: folder,
    // The program would use a bridge that an earlier one left in the common one.
    TMPDIR: folder,
    MODE: "local",
    ADMIN_PORT: "0",
    STIGMER_DATA_DIR: join(folder, "data"),
    TEMPORAL_SERVICE_ADDRESS: `127.0.0.1:${temporalPort}`,
  };
  const running = Bun.spawn([program], { cwd: folder, env, stdout: "pipe", stderr: "pipe" });
  const timer = setTimeout(() => running.kill("SIGKILL"), LIMIT_MS);
  let output = "";
  let health: Promise<Response> | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of running.stdout) {
    output += decoder.decode(chunk, { stream: true });
    const url = /Admin server listens on (\S+)/.exec(output)?.[1];
    if (url !== undefined) health ??= fetch(`${url}/healthz`);
  }
  const errors = await new Response(running.stderr).text();
  const code = await running.exited;
  clearTimeout(timer);
  const fail = (what: string) => new Error(`${what}\n${output}${errors}`);
  const answer = await health;
  if (answer?.status !== 503)
    throw fail(`/healthz answered ${answer?.status ?? "nothing"} while starting, 503 was expected`);
  if (!output.includes("STARTUP FAILURE: no connection to Temporal") || code !== 4) {
    throw fail(`the program ended with ${code} and did not report that Temporal is missing`);
  }
}
