/**
 * Measures what MCP servers cost an execution: `bun run bench:mcp`. Real servers; no model is called.
 *
 *   --rounds N   how often each figure is measured (15)
 */
import { parseArgs } from "node:util";
import { connectServers } from "../src/agent/servers/connect-servers.ts";
import { silentLogger } from "../src/log/index.ts";
import { agentWith, Connected, httpServer, LIMITS, stdioServer } from "../test/support/mcp/connect.ts";
import { startHttpFault } from "../test/support/mcp/http-faults.ts";
import { openFilesystem } from "../test/support/sandbox-contract/subjects.ts";
import { silentCalls } from "../test/support/silent-calls.ts";
import { median, printMachine, row, timed } from "./measures.ts";

const { values } = parseArgs({ options: { rounds: { type: "string" } } });
const rounds = Number(values.rounds ?? 15);
const subject = await openFilesystem({ commandTimeoutMs: 60_000 });
const { sandbox } = await subject.acquire();
using server = startHttpFault("none");

async function measure(work: () => Promise<number>): Promise<string> {
  const took: number[] = [];
  while (took.length < rounds) took.push(await work());
  return `${median(took).toFixed(1)} ms`;
}

printMachine();
const { signal } = new AbortController();
const run = { executionId: "aex-1", mcpServers: [], sandbox, mask: (text: string) => text, signal };
const none = async () =>
  await timed(() =>
    connectServers(run, {
      providers: ["ollama"],
      textOnly: () => true,
      calls: silentCalls,
      log: silentLogger,
      ...LIMITS,
    }),
  );
row("an execution without servers", await measure(none), "target: ≤ 1 ms");
row("requests of an execution without servers", String(server.headers.length), "target: 0");

// In a process of its own, which has loaded the agent library before.
const loading = `const { join } = require("node:path"); await import("deepagents"); const t = performance.now();
await import(join(${JSON.stringify(import.meta.dir)}, "../src/agent/mcp/index.ts")); console.log(performance.now() - t)`;
const { stdout } = Bun.spawnSync([process.execPath, "-e", loading], { cwd: import.meta.dir });
row("loading the SDK from the sources, once per runner", `${Number(stdout.toString()).toFixed(0)} ms`);
for (const [what, definition] of [
  ["a stdio server", stdioServer("none")],
  ["an HTTP server", httpServer(server.url)],
] as const) {
  let connected: Connected | undefined;
  const open = async () => {
    connected = await Connected.open(agentWith(definition), sandbox);
  };
  const close = async () => await connected?.servers.close();
  const both = async () => (await timed(open)) + (await timed(close));
  row(`${what}: connecting and closing, per execution`, await measure(both));
  await open();
  row(`${what}: per call`, await measure(() => timed(async () => await connected?.call())));
  await close();
}

// The slowest of ten answers `initialize` after a second.
const slow = async (delaysMs: readonly number[]) => {
  const servers = delaysMs.map((delay) => slowServer(delay));
  const definitions = servers.map(({ url }, index) => httpServer(url.href, { name: `server-${index}` }));
  const took = await timed(async () => {
    await using _ = await Connected.open(agentWith(...definitions), sandbox);
  });
  await Promise.all(servers.map((one) => one.stop(true)));
  return took;
};

/** The faultless server behind a delay. */
function slowServer(delayMs: number) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const body = request.method === "POST" ? await request.text() : undefined;
      if (body?.includes('"initialize"') === true) await Bun.sleep(delayMs);
      const { method, headers } = request;
      return await fetch(server.url, { method, headers, ...(body === undefined ? {} : { body }) });
    },
  });
}

const alone = await slow([1_000]);
const ten = await slow(Array.from({ length: 10 }, (_, index) => 100 * (index + 1)));
row("one server that takes a second", `${alone.toFixed(0)} ms`);
row("ten servers, the slowest takes a second", `${ten.toFixed(0)} ms`, `target: ≤ ${(1.2 * alone).toFixed(0)} ms`);
await subject.close();
process.exit(0);
