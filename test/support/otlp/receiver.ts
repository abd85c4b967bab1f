/** An OpenTelemetry collector: takes spans by OTLP over HTTP, and keeps them. */
import { gunzipSync } from "node:zlib";
import { type ReceivedSpan, spansOf } from "./decode.ts";

/** How it answers a request. */
export type Answer = (request: Request) => Response | Promise<Response>;

export interface OtlpReceiver {
  /** Without a path. */
  readonly url: string;
  /** The spans of all requests that were answered well, in order. */
  readonly spans: ReceivedSpan[];
  readonly requests: { readonly path: string; readonly headers: Headers }[];
  /** From now on. */
  answer(how: Answer): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ReceiverOptions {
  readonly port?: number;
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
}

export const TAKEN: Answer = () => new Response("", { headers: { "content-type": "application/x-protobuf" } });

export function startOtlpReceiver({ port = 0, tls }: ReceiverOptions = {}): OtlpReceiver {
  const spans: ReceivedSpan[] = [];
  const requests: OtlpReceiver["requests"] = [];
  let answer = TAKEN;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 0,
    ...(tls === undefined ? {} : { tls: { ...tls, requestCert: true, rejectUnauthorized: true } }),
    fetch: async (request) => {
      const { method, headers, url } = request;
      if (method !== "POST" || headers.get("content-type") !== "application/x-protobuf")
        return new Response("not OTLP", { status: 415 });
      const bytes = await request.bytes();
      requests.push({ path: new URL(url).pathname, headers });
      const response = await answer(request);
      if (response.ok) spans.push(...spansOf(headers.get("content-encoding") === "gzip" ? gunzipSync(bytes) : bytes));
      return response;
    },
  });
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}`,
    spans,
    requests,
    answer: (how) => {
      answer = how;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
