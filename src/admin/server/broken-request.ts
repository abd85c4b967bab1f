import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { systemCode } from "../../shared/errors.ts";
import { AdminError } from "../admin-error.ts";
import type { ServerLimits } from "./limits.ts";
import { unknownMethod } from "./read-request.ts";

/** Why the parser gave up; `undefined` if there is nobody to tell. */
export function refusalOfBroken(error: unknown, limits: ServerLimits): AdminError | undefined {
  const code = systemCode(error);
  switch (code) {
    case "ECONNRESET":
    case "EPIPE":
      return undefined;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new AdminError(
        "request-timeout",
        `The request was not complete in time: its header within ${limits.headerMs} ms, all of it within ${limits.requestMs} ms`,
      );
    case "HPE_HEADER_OVERFLOW":
      return isInFirstLine(error, limits)
        ? new AdminError("uri-too-long", `The URL has more than ${limits.urlLength} characters`)
        : new AdminError(
            "headers-too-large",
            `The header has more than ${limits.headerBytes} bytes, or too many fields`,
          );
    case "HPE_INVALID_METHOD": {
      const method = /^([A-Za-z-]{1,20}) \S+ HTTP\/1\.[01]\r?\n/.exec(packetOf(error))?.[1];
      if (method !== undefined) return unknownMethod(method);
    }
  }
  return new AdminError("invalid-request", `The request is not valid HTTP/1.1 (${code ?? "unknown error"})`);
}

/** Writes an answer to a connection whose request the parser gave up, and closes it. */
export async function answerBroken(socket: Socket, response: Response, { lingerMs }: ServerLimits): Promise<void> {
  const body = await response.text();
  const headers = [...response.headers, ["Content-Length", String(Buffer.byteLength(body))], ["Connection", "close"]];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}\r\n${lines}\r\n${body}`);
  // Its client may never close it.
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

function isInFirstLine(error: unknown, { urlLength }: ServerLimits): boolean {
  const packet = packetOf(error);
  return packet.length > urlLength && !packet.slice(0, urlLength).includes("\n");
}

/** What the parser read last. */
function packetOf(error: unknown): string {
  if (!(error instanceof Error) || !("rawPacket" in error) || !(error.rawPacket instanceof Uint8Array)) return "";
  return Buffer.from(error.rawPacket).toString("latin1");
}
