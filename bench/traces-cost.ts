/**
 * Measures what traces cost: `bun run bench:traces`. How it is measured: runner-cost.ts. The collector is a
 * double in this process; the last comparison is with one that does not answer.
 *
 *   --rounds N       runners of each kind (8)
 *   --executions N   executions that are measured per runner (40)
 */
import { parseArgs } from "node:util";
import { ensureBuilt } from "../scripts/lib/built.ts";
import { startOtlpReceiver } from "../test/support/otlp/receiver.ts";
import { printMachine, row } from "./measures.ts";
import { compare, runnerWorld } from "./runner-cost.ts";

const { values } = parseArgs({ options: { rounds: { type: "string" }, executions: { type: "string" } } });
const rounds = Number(values.rounds ?? 8);
const executions = Number(values.executions ?? 40);

await ensureBuilt();
await using world = await runnerWorld();
await using collector = startOtlpReceiver();
await using silent = startOtlpReceiver();
silent.answer(() => new Promise<never>(() => undefined));

const to = (url: string, more: Readonly<Record<string, string>> = {}) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
  ...more,
});
const content = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" };
const size = { rounds, executions, without: {} };

printMachine();
await compare(world, { ...size, what: "traces", with: to(collector.url) });
const traces = new Set(collector.spans.map(({ traceId }) => traceId)).size;
row("spans per execution", (collector.spans.length / traces).toFixed(0));
await compare(world, { ...size, what: "content in traces", with: to(collector.url, content) });
await compare(world, { ...size, what: "a collector that does not answer", with: to(silent.url) });
