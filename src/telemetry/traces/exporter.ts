import { readFile } from "node:fs/promises";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { TracesConfig } from "../../config/index.ts";

/** Requests at a time. */
const MAX_REQUESTS = 4;

/** Sends spans by OTLP over HTTP. Everything is passed on, since the library would read the environment for the rest. */
export async function otlpExporter(config: TracesConfig): Promise<SpanExporter> {
  const [ca, cert, key] = await Promise.all([config.caFile, config.certFile, config.keyFile].map(contentOf));
  return new OTLPTraceExporter({
    url: config.url,
    headers: config.headers,
    timeoutMillis: config.timeoutMs,
    compression: compressionOf(config.compression),
    concurrencyLimit: MAX_REQUESTS,
    httpAgentOptions: (protocol) =>
      protocol === "https:" ? new HttpsAgent({ keepAlive: true, ca, cert, key }) : new HttpAgent({ keepAlive: true }),
  });
}

type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>;

/** The library's enumeration has the same words, but its package does not export it. */
function compressionOf(word: TracesConfig["compression"]): Exclude<ExporterOptions["compression"], undefined> {
  return word as Exclude<ExporterOptions["compression"], undefined>;
}

async function contentOf(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : await readFile(path, "utf8");
}
