import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { sleep } from "../../shared/time.ts";
import type { ServerLimits } from "./limits.ts";

/** Sends an answer that is complete. A client that does not read it in time is cut off. */
export async function sendWhole(response: Response, outgoing: ServerResponse, limits: ServerLimits): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  writeHead(response, outgoing);
  // The answer to HEAD has no body, and nobody knows the length that it would have.
  if (outgoing.req.method !== "HEAD") outgoing.setHeader("Content-Length", body.length);
  const cut = setTimeout(() => outgoing.destroy(), limits.readMs);
  outgoing.once("close", () => clearTimeout(cut));
  outgoing.end(body);
}

/** Sends a stream as it comes, each part after the one before was read. */
export async function sendStream(response: Response, outgoing: ServerResponse, limits: ServerLimits): Promise<void> {
  writeHead(response, outgoing);
  outgoing.flushHeaders();
  const reader = response.body?.getReader();
  outgoing.once("close", () => void reader?.cancel().catch(() => undefined));
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined || outgoing.destroyed) break;
    if (!outgoing.write(value) && !(await isDrained(outgoing, limits))) {
      outgoing.destroy();
      return;
    }
  }
  outgoing.end();
}

function writeHead({ status, headers }: Response, outgoing: ServerResponse): void {
  outgoing.statusCode = status;
  for (const [name, value] of headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader("Set-Cookie", cookies);
}

/** Whether the client reads on within the limit. */
async function isDrained(outgoing: ServerResponse, { readMs }: ServerLimits): Promise<boolean> {
  const over = new AbortController();
  const event = (name: string) => once(outgoing, name, { signal: over.signal }).catch(() => undefined);
  try {
    return await Promise.race([
      event("drain").then(() => true),
      event("close").then(() => false),
      sleep(readMs, over.signal).then(() => false),
    ]);
  } finally {
    over.abort();
  }
}
