import type { Socket } from "node:net";
import { openRaw } from "./raw-http.ts";

const HEAD = "HTTP/1.1\r\nHost: localhost\r\n";
/** How often those send a byte that send little. */
const DRIP_MS = 1_000;

interface Kind {
  readonly start: string;
  /** What it sends again and again. */
  readonly drip?: string;
  readonly reads?: false;
}

/** Each keeps its connection as long as the server lets it. */
const KINDS: readonly Kind[] = [
  { start: "" },
  { start: "GET /livez HTTP/1.1\r\n" },
  { start: "GET /livez HTTP/1.1\r\n", drip: "X: y\r\n" },
  { start: `POST /shutdown ${HEAD}Content-Length: 60000\r\n\r\n`, drip: " " },
  { start: `POST /shutdown ${HEAD}Transfer-Encoding: chunked\r\n\r\n`, drip: "1\r\n \r\n" },
  { start: `GET /metrics ${HEAD}\r\n`.repeat(50), reads: false },
  { start: `GET /livez ${HEAD}\r\n` },
];

export interface SlowClients {
  /** Adds so many, of all kinds. */
  add(count: number): Promise<void>;
  [Symbol.dispose](): void;
}

/** Clients that use up a server that waits for them. */
export function slowClients(port: number): SlowClients {
  const sockets: { readonly socket: Socket; readonly drip: string | undefined }[] = [];
  const timer = setInterval(() => {
    for (const { socket, drip } of sockets) if (drip !== undefined && socket.writable) socket.write(drip);
  }, DRIP_MS);
  return {
    add: async (count) => {
      const opened = Array.from({ length: count }, async (_, index) => {
        const { start, drip, reads = true } = KINDS[index % KINDS.length] ?? { start: "" };
        const { socket } = await openRaw(port, start, { reads });
        sockets.push({ socket, drip });
      });
      await Promise.all(opened);
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      for (const { socket } of sockets) socket.destroy();
    },
  };
}
