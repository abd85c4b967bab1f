/**
 * Measures how fast the admin server answers while ten executions run: `bun run bench:admin`. The compiled program in
 * `dev`, whose executions run commands and talk to a scripted model all the time. In the end it is told to shut down:
 * how long until it is not ready?
 *
 *   --requests N     requests of each path (300)
 *   --program FILE   another executable than the one built here
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt } from "../scripts/lib/built.ts";
import { startDev } from "../test/support/dev-program.ts";
import { until } from "../test/support/eventually.ts";
import { installProgram } from "../test/support/program.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { median, printMachine, row } from "./measures.ts";

const EXECUTIONS = 10;
const PATHS = ["/livez", "/readyz", "/healthz", "/healthz?verbose", "/metrics"];
/** More than run while the requests are sent. */
const TURNS = 200;

const { values } = parseArgs({ options: { requests: { type: "string" }, program: { type: "string" } } });
const requests = Number(values.requests ?? 300);

if (values.program === undefined) await ensureBuilt();
printMachine();
await using folder = await temporaryFolder();
const file = values.program ?? (await installProgram(join(folder.path, "program")));
const script = join(folder.path, "model.yaml");
const turn = (number: number) =>
  `  - text: Step ${number}.\n    tools:\n      - execute: { command: "sleep 1; echo ${number}" }\n`;
await writeFile(
  script,
  `turns:\n${Array.from({ length: TURNS }, (_, number) => turn(number)).join("")}  - text: Done.\n`,
);
await using dev = await startDev(
  { folder, file },
  {
    STIGMER_LLM_PROVIDER: "scripted",
    STIGMER_LLM_SCRIPT: script,
    TEMPORAL_MAX_CONCURRENCY: String(EXECUTIONS),
    MAX_MODEL_CALLS: "0",
  },
);
const url = /Admin server listens on (\S+)/.exec(dev.output())?.[1] ?? "";
const runs = Array.from({ length: EXECUTIONS }, () => dev.command(["run", "Work"]));
const health = async () => (await (await fetch(`${url}/healthz`)).json()) as { inFlight: number };
await until("all executions run", async () => (await health()).inFlight === EXECUTIONS);

for (const path of PATHS) {
  const first = await fetch(`${url}${path}`);
  const bytes = (await first.arrayBuffer()).byteLength;
  if (!first.ok) {
    console.log(`${path}: answers ${first.status}`);
    continue;
  }
  const took: number[] = [];
  for (let count = 0; count < requests; count++) {
    const startedAt = performance.now();
    await (await fetch(`${url}${path}`)).arrayBuffer();
    took.push(performance.now() - startedAt);
    await Bun.sleep(20);
  }
  const p99 = took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? Number.NaN;
  row(`${path} (${bytes} bytes): median, 99th percentile`, `${median(took).toFixed(1)}, ${p99.toFixed(1)} ms`);
}
console.log(`${(await health()).inFlight} executions still ran`);

/** How long after the answer to a shutdown probes are told that the runner takes no work. */
const askedAt = performance.now();
const shutdown = await fetch(`${url}/shutdown`, { method: "POST" });
const answeredAt = performance.now();
while ((await fetch(`${url}/readyz`)).status !== 503);
row("POST /shutdown: answer", `${(answeredAt - askedAt).toFixed(1)} ms`, String(shutdown.status));
row(
  "from this answer to /readyz with 503",
  `${(performance.now() - answeredAt).toFixed(1)} ms`,
  "target: ≤ 100 ms, with the request itself",
);
for (const run of runs) run.signal("SIGKILL");
