// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of variables
import { describe, expect, test } from "bun:test";
import { until } from "../support/eventually.ts";
import { httpConnector, type MoreOfHttp, SECRET } from "../support/mcp/connect.ts";
import { type HttpFaultName, startHttpFault } from "../support/mcp/http-faults.ts";
import { startSseServer } from "../support/mcp/sse-server.ts";
import { fileSandbox } from "../support/sandbox-contract/file-sandbox.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

/** A limit that a test waits for. */
const SHORT_MS = 3_000;

const sandbox = fileSandbox();

const connect = httpConnector(sandbox);

describe("an HTTP server is not available, and says why:", () => {
  test.concurrent.each<[HttpFaultName, string, MoreOfHttp]>([
    [
      "401",
      "It does not accept the credentials (HTTP 401). Its definition sends no credentials: add a header such as Authorization",
      {},
    ],
    [
      "401",
      "Check the value of the variable SECRET (in its header Authorization).",
      { headers: { Authorization: "Bearer ${SECRET}" } },
    ],
    ["401", "Check its header X-Api-Key.", { headers: { "X-Api-Key": "fixed" } }],
    [
      "403",
      "It denies access with these credentials (HTTP 403). Check the value of the variable SECRET (in its query parameter key).",
      { query: { key: "${SECRET}" } },
    ],
    ["403 with insufficient scope", "It denies access with these credentials (HTTP 403).", {}],
    ["404", "It answered with HTTP 404 (nothing here). The older transport (SSE) failed too", {}],
    ["500 to initialize", "It answered with HTTP 500 (broken). Check the field url of its definition.", {}],
    ["a page of HTML", "Unexpected content type: text/html", {}],
    ["no answer to initialize", "It did not answer within 3.0 s.", { timeoutMs: SHORT_MS }],
    ["hangs in tools/list", "It did not name its tools within 3.0 s.", { timeoutMs: SHORT_MS }],
    ["a redirect to another origin", "It answered with HTTP 307", { headers: { Authorization: "Bearer ${SECRET}" } }],
  ])("%s", async (fault, reason, more) => {
    using server = startHttpFault(fault);
    await using connected = await connect(server.url, more);
    expect(connected.reason).toContain(reason);
    expect(connected.servers.notices.join()).not.toContain(SECRET);
    expect(server.record).not.toContain("elsewhere");
  });

  test("nothing listens", async () => {
    await using connected = await connect("http://127.0.0.1:1/mcp");
    expect(connected.reason).toContain("It cannot be reached: connection refused: nothing listens there");
  });

  test("its name is unknown", async () => {
    await using connected = await connect("http://no-such-host.invalid/mcp");
    expect(connected.reason).toContain("It cannot be reached: the host name is unknown");
  });

  test("it does not speak TLS", async () => {
    using server = startHttpFault("none");
    await using connected = await connect(server.url.replace("http:", "https:"));
    expect(connected.reason).toContain("It cannot be reached");
  });
});

describe("an HTTP server can be used in spite of", () => {
  test.each<[HttpFaultName]>([
    ["none"],
    ["a redirect within the origin"],
    ["a stream with events that are no messages"],
    ["a slow stream"],
  ])("the fault: %s", async (fault) => {
    using server = startHttpFault(fault);
    await using connected = await connect(server.url);
    expect(await connected.call()).toEqual({ text: "echo: hello", failure: undefined });
  });

  test("a lost session: another one is begun, and the call is made once", async () => {
    using server = startHttpFault("a session that is lost");
    await using connected = await connect(server.url);
    expect((await connected.call()).text).toBe("echo: hello");
    expect(server.record).toEqual(["initialize", "call echo", "initialize", "call echo"]);
  });

  test("a lost session that it answers with 400", async () => {
    using server = startHttpFault("a session that is lost, answered with 400");
    await using connected = await connect(server.url);
    expect((await connected.call()).text).toBe("echo: hello");
  });
});

describe("a call of an HTTP server that fails says what is known of it:", () => {
  const short = { timeoutMs: SHORT_MS };
  test.concurrent.each<[HttpFaultName, string, MoreOfHttp]>([
    ["500 to a call", "Unknown whether it was executed: the server answered with HTTP 500 (broken). Find out", {}],
    ["503 to a call", "Unknown whether it was executed: the server answered with HTTP 503 (busy).", {}],
    ["429 to a call", "Not executed: the server answered with HTTP 429 (slow down).", {}],
    [
      "401 to a call",
      "Not executed: the server refused the request. It does not accept the credentials (HTTP 401).",
      {},
    ],
    ["a body that is no JSON", "Unknown whether it was executed: the connection was lost", {}],
    ["a body of another type", "Unknown whether it was executed: the connection was lost: Unexpected content type", {}],
    ["an answer with another id", "Unknown whether it was executed: the server did not answer within 3.0 s.", short],
    ["a stream that ends without the answer", "Unknown whether it was executed: the connection ended before", {}],
    ["a stream that breaks", "Unknown whether it was executed: the connection", {}],
    ["a stream that never ends", "Unknown whether it was executed: the server did not answer within 3.0 s.", short],
    ["a stream that always ends", "Unknown whether it was executed: the server did not answer within 3.0 s.", short],
    ["a stream that ends, and cannot be resumed", "Unknown whether it was executed: the connection ended before", {}],
    ["a stream that ends, and the session is lost", "Unknown whether it was executed: the connection ended before", {}],
    ["a connection that breaks in mid-answer", "Unknown whether it was executed: the connection was lost", {}],
    ["sessions that are always lost", "Not executed: the server answered with HTTP 404 (Session not found).", {}],
  ])("%s", async (fault, text, more) => {
    using server = startHttpFault(fault);
    await using connected = await connect(server.url, more);
    const called = await connected.call();
    expect(called.text).toStartWith(text);
    expect(called.failure).toBe(called.text);
    const calls = server.record.filter((line) => line === "call echo").length;
    expect(calls).toBe(fault === "sessions that are always lost" ? 2 : 1);
    // A server cannot have its stream resumed more often than every 100 ms.
    expect(server.record.filter((line) => line.startsWith("after ")).length).toBeLessThanOrEqual(SHORT_MS / 100);
  });

  test.each<[HttpFaultName]>([
    ["a result of 100 MB"],
    ["a result of 100 MB that says its length"],
    ["an event of 100 MB"],
    ["a hundred thousand messages at once"],
  ])("%s", async (fault) => {
    using server = startHttpFault(fault);
    await using connected = await connect(server.url);
    const { text } = await connected.call();
    expect(text).toStartWith("Unknown whether it was executed: ");
    expect(text).toMatch(
      /the server sent (a message of more than 64 MiB|several messages at once, of more than 1 MiB)\./,
    );
    expect(server.record).toEqual(["initialize", "call echo"]);
  });

  test("the connection breaks after the request was sent: it is not sent again", async () => {
    using server = startHttpFault("no response to a call");
    await using proxy = await startTcpProxy(new URL(server.url).host);
    await using connected = await connect(`http://${proxy.address}/mcp`);
    const called = connected.call();
    await until("it was called", () => server.record.includes("call echo"));
    proxy.cut();
    expect((await called).text).toStartWith("Unknown whether it was executed: the connection was lost");
    expect(server.record).toEqual(["initialize", "call echo"]);
  });

  test("the server is gone: it was not executed", async () => {
    const server = startHttpFault("none");
    await using connected = await connect(server.url);
    server[Symbol.dispose]();
    expect((await connected.call()).text).toStartWith("Not executed: the server cannot be reached: connection refused");
  });
});

describe("an HTTP server", () => {
  test("gets headers and query with every request, and the end of the session", async () => {
    using server = startHttpFault("none");
    const connected = await connect(`${server.url}?fixed=1`, {
      headers: { Authorization: "Bearer ${SECRET}", "X-Plain": "${PLAIN}" },
      query: { key: "a b&${PLAIN}" },
    });
    await connected.call();
    await connected.servers.close();
    expect(server.record).toEqual(["initialize", "call echo", "DELETE"]);
    expect(server.headers.length).toBeGreaterThanOrEqual(5);
    for (const headers of server.headers)
      expect([headers.get("authorization"), headers.get("x-plain")]).toEqual([`Bearer ${SECRET}`, "plain"]);
    expect([...new Set(server.queries)]).toEqual(["?fixed=1&key=a+b%26plain"]);
  });

  test("does not have enabled tools: a notice names the first ones", async () => {
    using server = startHttpFault("none");
    const enabledTools = ["echo", ...Array.from({ length: 47 }, (_, index) => `gone${index}`), "x".repeat(1_000)];
    await using connected = await connect(server.url, { enabledTools });
    const [notice = ""] = connected.servers.notices;
    expect(notice).toContain("does not have the enabled tools gone0, gone1, ");
    expect(notice).toContain(" gone9 and 38 more: the agent works without.");
    expect(connected.names()).toEqual(["echo"]);
  });

  test("is told that a call is cancelled", async () => {
    using server = startHttpFault("a stream that never ends");
    const controller = new AbortController();
    await using connected = await connect(server.url, {}, { signal: controller.signal });
    const called = connected.call();
    await until("it was called", () => server.record.includes("call echo"));
    controller.abort(new Error("cancelled by the user"));
    await expect(called).rejects.toThrow("cancelled by the user");
    await until("it was told", () => server.record.includes("cancelled"));
  });
});

describe("a server that only has the older transport", () => {
  test("is used with it, with headers and query", async () => {
    using server = startSseServer();
    await using connected = await connect(server.url, { headers: { Authorization: "Bearer ${SECRET}" } });
    expect((await connected.call()).text).toBe("echo: hello");
    for (const headers of server.headers) expect(headers.get("authorization")).toBe(`Bearer ${SECRET}`);
  });

  test("whose stream ends in mid-call is connected again for the next one", async () => {
    let calls = 0;
    using server = startSseServer((drop) => {
      if (++calls > 1) return "answer";
      drop();
      return "nothing";
    });
    await using connected = await connect(server.url);
    expect((await connected.call()).text).toStartWith("Unknown whether it was executed: the connection was lost");
    expect((await connected.call()).text).toBe("echo: hello");
    expect(server.record).toEqual(["initialize", "call echo", "initialize", "call echo"]);
  });
});
