/** The demonstration behind scripts/demo, which has fetched the tools. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt, program } from "./lib/built.ts";
import { freePorts } from "./lib/free-ports.ts";

const READY_LIMIT_MS = 90_000;
const MESSAGE =
  "Write a shell script primes.sh that prints the first 20 prime numbers, run it and keep its output in primes.txt.";

const step = (text: string) => console.log(`\x1b[1m==> ${text}\x1b[0m`);

/** Chooses the model. @returns its settings and a description for the user */
async function model(): Promise<{ readonly env: Record<string, string>; readonly about: string }> {
  const { env } = process;
  if (env["STIGMER_LLM_PROVIDER"] !== undefined)
    return { env: {}, about: `the model of STIGMER_LLM_PROVIDER=${env["STIGMER_LLM_PROVIDER"]}` };
  if (env["ANTHROPIC_API_KEY"])
    return { env: { STIGMER_LLM_PROVIDER: "anthropic" }, about: "Anthropic's Claude (ANTHROPIC_API_KEY is set)" };
  if (env["OPENAI_API_KEY"])
    return { env: { STIGMER_LLM_PROVIDER: "openai" }, about: "OpenAI (OPENAI_API_KEY is set)" };
  const ollama = env["OLLAMA_BASE_URL"] ?? "http://localhost:11434";
  const tags = await fetch(`${ollama}/api/tags`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  if (tags?.ok) {
    const { models = [] } = (await tags.json()) as { models?: { name: string }[] };
    const name = models.find((found) => found.name.startsWith("qwen2.5-coder"))?.name ?? models[0]?.name;
    if (name !== undefined)
      return { env: { STIGMER_LLM_PROVIDER: "ollama", STIGMER_LLM_MODEL: name }, about: `Ollama's ${name}` };
  }
  const script = join(import.meta.dir, "../examples/primes/model.yaml");
  return {
    env: { STIGMER_LLM_PROVIDER: "scripted", STIGMER_LLM_SCRIPT: script },
    about: "a script. For a real model set ANTHROPIC_API_KEY or OPENAI_API_KEY, or start Ollama",
  };
}

await ensureBuilt();
const folder = await mkdtemp(join(tmpdir(), "agent-runner-demo-"));
const workspace = join(folder, "workspace");
const [temporal, daemon, admin] = await freePorts(3);
const chosen = await model();
const env = {
  ...process.env,
  ...chosen.env,
  TEMPORAL_SERVICE_ADDRESS: `localhost:${temporal}`,
  STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
  ADMIN_PORT: String(admin),
  SANDBOX_ROOT_DIR: workspace,
  STIGMER_DATA_DIR: join(folder, "data"),
};

step(`Starting everything in ${folder}: agent-runner dev`);
const dev = Bun.spawn([program, "dev"], { env, cwd: folder, stdout: "pipe", stderr: "inherit" });
// Ctrl-C reaches `dev` by itself. This process stays to remove the directory.
process.on("SIGINT", () => undefined);
let code = 1;
try {
  await ready(dev.stdout);
  step(`The model is ${chosen.about}`);
  step(`agent-runner run ${JSON.stringify(MESSAGE)}`);
  const run = Bun.spawn([program, "run", MESSAGE], { env, cwd: folder, stdout: "inherit", stderr: "inherit" });
  code = await run.exited;
  step("The files that it wrote");
  for await (const file of new Bun.Glob("**/*").scan({ cwd: workspace })) {
    console.log(`--- ${file}\n${(await Bun.file(join(workspace, file)).text()).trimEnd()}`);
  }
  step("The runner's health");
  console.log(await (await fetch(`http://127.0.0.1:${admin}/healthz`)).text());
} finally {
  step("Stopping");
  dev.kill("SIGINT");
  await dev.exited;
  await rm(folder, { recursive: true, force: true });
}
step(code === 0 ? "Done. Start it yourself with: dist/agent-runner dev" : "The execution did not complete");
process.exit(code);

/** Shows the log, and resolves once everything is ready. The log is read until its end, so that `dev` is not blocked. */
async function ready(log: ReadableStream<Uint8Array>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`not ready within ${READY_LIMIT_MS / 1000} s`)), READY_LIMIT_MS);
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of log) {
      const text = decoder.decode(chunk, { stream: true });
      process.stdout.write(text);
      if (text.includes("Ready.")) resolve();
    }
    reject(new Error("agent-runner dev ended before it was ready"));
  })();
  await promise;
  clearTimeout(timer);
}
