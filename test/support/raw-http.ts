import { connect, type Socket } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Everything that came. */
  readonly text: string;
}

/** A connection that never gets further than this fails the test: the server hangs. */
const HANG_MS = 60_000;

/** Sends text as it is, each character a byte, and resolves with the first answer, or when the connection is closed. */
export function sendRaw(port: number, text: string, host = "127.0.0.1"): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, host, () => void socket.write(text, "latin1"));
    const hangs = setTimeout(() => done(new Error(`neither an answer nor an end to ${text.slice(0, 60)}`)), HANG_MS);
    const done = (error?: Error) => {
      clearTimeout(hangs);
      socket.destroy();
      if (error === undefined) resolve(parsed(received));
      else reject(error);
    };
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      if (isComplete(received)) done();
    });
    // What was sent in vain resets the connection; what came before counts.
    socket.on("error", () => undefined);
    socket.on("close", () => done());
  });
}

/** A client that sends this and then nothing; it reads unless it is told not to. */
export function openRaw(
  port: number,
  text: string,
  { reads = true } = {},
): Promise<{ socket: Socket; closed: Promise<void> }> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const closed = new Promise<void>((done) => socket.once("close", () => done()));
    socket.on("error", () => undefined);
    socket.once("connect", () => {
      if (reads) socket.resume();
      else socket.pause();
      if (text !== "") socket.write(text, "latin1");
      resolve({ socket, closed });
    });
    socket.once("close", () => resolve({ socket, closed }));
  });
}

function isComplete(text: string): boolean {
  const { status, headers, body } = parsed(text);
  if (status === 100 || !text.includes("\r\n\r\n")) return false;
  const length = headers.get("content-length");
  return length !== undefined && body.length >= Number(length);
}

function parsed(text: string): RawAnswer {
  const final = text.replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, "");
  const end = final.indexOf("\r\n\r\n");
  const [first = "", ...lines] = final.slice(0, Math.max(end, 0)).split("\r\n");
  const headers = new Map(
    lines.map((line) => [line.split(":")[0]?.toLowerCase() ?? "", line.replace(/^[^:]*: */, "")]),
  );
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(first)?.[1] ?? 0), headers, body: final.slice(end + 4), text };
}
