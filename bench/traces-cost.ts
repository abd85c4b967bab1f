/**
 * Measures what traces cost: `bun run bench:traces`. How it is measured, and its options: runner-cost.ts. The
 * collector is a double in this process; the last comparison is with one that does not answer.
 */
import { ensureBuilt } from "../scripts/lib/built.ts";
import { startOtlpReceiver } from "../test/support/otlp/receiver.ts";
import { printMachine, row } from "./measures.ts";
import { compare } from "./runner-cost.ts";

await ensureBuilt();
await using collector = startOtlpReceiver();
await using silent = startOtlpReceiver();
silent.answer(() => new Promise<never>(() => undefined));

const to = (url: string, more: Readonly<Record<string, string>> = {}) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
  ...more,
});
const content = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" };
const without = {};

printMachine();
await compare({ without, what: "traces", with: to(collector.url) });
const traces = new Set(collector.spans.map(({ traceId }) => traceId)).size;
row("spans per execution", (collector.spans.length / traces).toFixed(0));
await compare({ without, what: "content in traces", with: to(collector.url, content) });
await compare({ without, what: "a collector that does not answer", with: to(silent.url) });
