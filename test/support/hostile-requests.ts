/** A request as bytes, and the statuses that are right answers to it; 0: the connection is closed without one. */
export interface HostileRequest {
  readonly name: string;
  readonly text: string;
  readonly statuses: readonly number[];
}

const START = "HTTP/1.1\r\nHost: localhost\r\n";
/** A path that takes POST and needs the token. */
const POST = `POST /shutdown ${START}`;
/** Would be read as a second request, if the server and something before it disagreed about the end of the first. */
const SMUGGLED = `GET /smuggled ${START}\r\n`;

const one = (name: string, text: string, ...statuses: number[]): HostileRequest => ({ name, text, statuses });

/** What the server itself has to refuse, or to survive. Without a token none of it is more than refused. */
export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  one("HTTP/1.0 without a host", "GET /livez HTTP/1.0\r\n\r\n", 200),
  one("HTTP/1.1 without a host", "GET /livez HTTP/1.1\r\n\r\n", 200),
  one("two hosts", "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400),
  one("a URL of another host than the header", `GET http://evil.example/livez ${START}\r\n`, 400),
  one("a URL of the same host", `GET http://localhost/livez ${START}\r\n`, 200),
  one("a URL of another scheme", `GET ftp://localhost/livez ${START}\r\n`, 400),
  one("HEAD", `HEAD /livez ${START}Connection: close\r\n\r\n`, 200),
  one("TRACE", `TRACE /livez ${START}\r\n`, 405),
  one("OPTIONS", `OPTIONS /livez ${START}\r\n`, 405),
  one("OPTIONS of the server", `OPTIONS * ${START}\r\n`, 400),
  one("CONNECT", `CONNECT evil.example:80 ${START}\r\n`, 405),
  one("a method of WebDAV", `PROPFIND /livez ${START}\r\n`, 405),
  one("a method that Bun takes for GET", `M-SEARCH /livez ${START}\r\n`, 405),
  one("a method that nobody knows", `FOO /livez ${START}\r\n`, 405),
  one("a method in lower case", `get /livez ${START}\r\n`, 405),
  one("TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
  one("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
  one("binary nonsense", "\x00\xff\x01garbage\r\n\r\n", 400),
  one("an unknown version", "GET /livez HTTP/9.9\r\nHost: localhost\r\n\r\n", 400),
  one("a space in the path", `GET /livez x ${START}\r\n`, 400),
  one("line feeds only", "GET /livez HTTP/1.1\nHost: localhost\n\n", 400),
  one("a folded header", `GET /livez ${START}X: a\r\n b\r\n\r\n`, 400),
  one("a null byte in a header", `GET /livez ${START}X: a\x00b\r\n\r\n`, 400),
  one("a header without a colon", `GET /livez ${START}nonsense\r\n\r\n`, 400),
  one("bytes that are not ASCII in the path", `GET /livez\xff\xfe ${START}\r\n`, 400, 404),
  one("a header that is too long", `GET /livez ${START}X: ${"y".repeat(20_000)}\r\n\r\n`, 431),
  one("too many headers", `GET /livez ${START}${"X: y\r\n".repeat(3_000)}\r\n`, 431),
  one("a URL that is too long", `GET /livez?${"y".repeat(9_000)} ${START}\r\n`, 414),
  one("a URL that is longer than the header may be", `GET /livez?${"y".repeat(90_000)} ${START}\r\n`, 414, 431),
  one("two lengths", `${POST}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`, 400),
  one("a list of lengths", `${POST}Content-Length: 3, 3\r\n\r\nabc`, 400),
  one("a negative length", `${POST}Content-Length: -3\r\n\r\nabc`, 400),
  one("a length with a sign", `${POST}Content-Length: +3\r\n\r\nabc`, 400),
  one("a hexadecimal length", `${POST}Content-Length: 0x3\r\n\r\nabc`, 400),
  one("a length beyond all numbers", `${POST}Content-Length: ${"9".repeat(30)}\r\n\r\nabc`, 400, 413),
  one("a length and chunks", `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`, 400),
  one("chunks and a length", `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n${SMUGGLED}`, 400),
  one("an unknown transfer encoding", `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 0, 400),
  one("a space before the colon", `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`, 400),
  one("chunks that are not the last encoding", `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, 0, 400),
  one("a chunk size that is no number", `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n`, 0, 400),
  one("a chunk size that overflows", `${POST}Transfer-Encoding: chunked\r\n\r\n${"f".repeat(20)}\r\nabc`, 0, 400),
  one("a large body", `${POST}Content-Length: 200000\r\n\r\n${"z".repeat(200_000)}`, 413),
  one("a large body that is only announced", `${POST}Content-Length: 200000\r\n\r\n`, 413),
  one(
    "a large body in chunks",
    `${POST}Transfer-Encoding: chunked\r\n\r\n${`4000\r\n${"z".repeat(0x4000)}\r\n`.repeat(8)}0\r\n\r\n`,
    413,
  ),
  one("a compressed body", `${POST}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`, 415),
  one("a body that is announced and too large", `${POST}Expect: 100-continue\r\nContent-Length: 200000\r\n\r\n`, 413),
  one("an unknown expectation", `${POST}Expect: nonsense\r\nContent-Length: 0\r\n\r\n`, 417),
  one("a body that is announced", `${POST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`, 401),
  one("a body of GET", `GET /livez ${START}Content-Length: 3\r\n\r\nabc`, 200),
  one("an upgrade to a web socket", `GET /livez ${START}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, 200),
  one("an upgrade to HTTP/2", `GET /livez ${START}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`, 200),
  one("a path that leaves the root", `GET /../../etc/passwd ${START}\r\n`, 404),
  one("an encoded path that leaves the root", `GET /%2e%2e/%2e%2e/etc/passwd ${START}\r\n`, 404),
  one("a path with two slashes", `GET //evil.example/livez ${START}\r\n`, 404),
  one("a path that is encoded twice", `GET /%256c%2569vez ${START}\r\n`, 404),
  one("an encoded path of a protected route", `GET /%63onfig ${START}\r\n`, 401, 404),
  one("a broken encoding", `GET /executions/%zz ${START}\r\n`, 401, 404),
];
