import type { IncomingMessage } from "node:http";
import { AdminError } from "../admin-error.ts";
import type { ServerLimits } from "./limits.ts";

/** A request as the app takes it, or why it is not given one. */
export type Read = { readonly request: Request } | { readonly refusal: AdminError };

/** Why a request is refused by its header, before its body is read. */
export function refusalOf(incoming: IncomingMessage, limits: ServerLimits): AdminError | undefined {
  const { url = "", headers } = incoming;
  if (url.length > limits.urlLength)
    return new AdminError(
      "uri-too-long",
      `The URL has ${url.length} characters, at most ${limits.urlLength} are allowed`,
    );
  if (valuesOf(incoming, "host").length > 1)
    return new AdminError("invalid-request", "The request has several Host headers, one is allowed");
  if (targetOf(incoming) === undefined)
    return new AdminError(
      "invalid-request",
      "The target of the request is not a path, or is not that of its Host header",
    );
  if (Number(headers["content-length"] ?? 0) > limits.bodyBytes) return tooLarge(limits);
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity")
    return new AdminError(
      "unsupported-media-type",
      "Bodies are not decompressed: send the body without Content-Encoding",
    );
  return undefined;
}

/**
 * The whole request, once its body is there; the server limits the time for that.
 * @throws the connection's error, if it breaks before
 */
export async function readRequest(incoming: IncomingMessage, signal: AbortSignal, limits: ServerLimits): Promise<Read> {
  const { method = "GET" } = incoming;
  const body = await readBody(incoming, limits);
  if (body === undefined) return { refusal: tooLarge(limits) };
  const request = new Request(`http://${AUTHORITY}${targetOf(incoming)}`, {
    method,
    headers: headersOf(incoming),
    body: body.length === 0 || method === "GET" || method === "HEAD" ? null : body,
    signal,
  });
  // Bun takes a method that it does not know for GET.
  if (request.method !== method) return { refusal: unknownMethod(method) };
  return { request };
}

export function unknownMethod(method: string): AdminError {
  return new AdminError("method-not-allowed", `No path takes ${method.slice(0, 20)}`);
}

/** The name in URLs that the app sees. What it does depends on the Host header, which may be missing or invalid. */
const AUTHORITY = "localhost";

/** Path and query; `undefined` if it is neither a path nor a URL of the host that the Host header names. */
function targetOf({ url = "", headers: { host } }: IncomingMessage): string | undefined {
  if (url.startsWith("/")) return url;
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== "http:" || (host !== undefined && parsed.host !== host.toLowerCase()))
    return undefined;
  return `${parsed.pathname}${parsed.search}`;
}

function valuesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

function headersOf({ headers, url = "" }: IncomingMessage): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) result.set(name, Array.isArray(value) ? value.join(", ") : value);
  // HTTP/1.0 has no Host header: the name is in the URL then.
  if (!url.startsWith("/") && headers.host === undefined) result.set("host", new URL(url).host);
  return result;
}

function tooLarge({ bodyBytes }: ServerLimits): AdminError {
  return new AdminError("payload-too-large", `The body is larger than ${bodyBytes} bytes`);
}

/** `undefined`: it is too large. */
async function readBody(incoming: IncomingMessage, limits: ServerLimits): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const done = Promise.withResolvers<Buffer<ArrayBuffer> | undefined>();
  incoming.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limits.bodyBytes) return done.resolve(undefined);
    chunks.push(chunk);
  });
  incoming.once("end", () => done.resolve(Buffer.concat(chunks)));
  incoming.once("error", done.reject);
  incoming.once("close", () => done.reject(new Error("the connection was closed")));
  return await done.promise;
}
