// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of variables
import { describe, expect, test } from "bun:test";
import { acquireRequest } from "../../src/agent/mcp/connections.ts";
import { yieldToEventLoop } from "../../src/shared/time.ts";
import { collectedLog } from "../support/collected-log.ts";
import { pause, until } from "../support/eventually.ts";
import { httpConnector } from "../support/mcp/connect.ts";
import { HTTP_FAULTS, startHttpFault } from "../support/mcp/http-faults.ts";
import { event, logged, onCall, sse, status } from "../support/mcp/http-responses.ts";
import { answer, echoResult } from "../support/mcp/messages.ts";
import { serveModernMcp } from "../support/mcp/modern-server.ts";
import { fileSandbox } from "../support/sandbox-contract/file-sandbox.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const sandbox = fileSandbox();

const connect = httpConnector(sandbox);

describe("an HTTP server", () => {
  test("whose stream breaks is asked for the rest of it, and the call is made once", async () => {
    using server = startHttpFault("a stream that can be resumed");
    await using proxy = await startTcpProxy(new URL(server.url).host);
    const { log, lines } = collectedLog();
    await using connected = await connect(`http://${proxy.address}/mcp`, {}, { log });
    const called = connected.call();
    await until("the stream has begun", () => lines.join().includes("half of it"));
    proxy.cut();
    proxy.mend();
    expect(await called).toEqual({ text: "echo: hello", failure: undefined });
    await connected.servers.close();
    expect(server.record).toEqual(["initialize", "call echo", "after one", "after one", "DELETE"]);
  });

  test("has its progress and its log in the log at debug level, and is asked for all of it", async () => {
    using server = startHttpFault("reports progress and logs");
    const { log, lines } = collectedLog();
    await using connected = await connect(server.url, {}, { log });
    await connected.call();
    await until("the level was sent", () => server.levels.includes("debug"));
    const text = lines.join("\n");
    expect(text).toContain('DEBUG - echo reports: {"progress":1,"message":"half of it"}');
    expect(text).toContain("DEBUG - The server logs (warning): a warning");
  });

  test("is not asked for its log if that is not written", async () => {
    using server = startHttpFault("reports progress and logs");
    await using connected = await connect(server.url);
    expect((await connected.call()).text).toBe("echo: hello");
    expect(server.levels).toEqual([]);
  });

  test("is not called if no connection is free in time", async () => {
    using server = startHttpFault("none");
    await using connected = await connect(server.url, { timeoutMs: 2_000 });
    const held = await Promise.all(Array.from({ length: 80 }, async () => await acquireRequest(undefined)));
    const { text } = await connected.call();
    for (const release of held) release();
    expect(text).toStartWith("Not executed: the runner makes too many calls at the same time");
    expect((await connected.call()).text).toBe("echo: hello");
    expect(server.record.filter((line) => line.startsWith("call"))).toEqual(["call echo"]);
  });

  test("is not called if its name is not looked up in time", async () => {
    using server = startHttpFault("none");
    let hangs = false;
    const check = async () => (hangs ? await new Promise<never>(() => undefined) : []);
    await using connected = await connect(server.url, { timeoutMs: 2_000 }, { addressPolicy: { check } });
    hangs = true;
    const { text } = await connected.call();
    hangs = false;
    expect(text).toStartWith("Not executed: the name of the server could not be looked up within 2.0 s.");
    expect((await connected.call()).text).toBe("echo: hello");
    expect(server.record.filter((line) => line.startsWith("call"))).toEqual(["call echo"]);
  });

  test.each([
    [2, ["echo", "new"]],
    [3, ["echo", "old"]],
  ])("whose changed tools cannot be listed is asked three times: it fails %d times", async (failures, names) => {
    let lists = 0;
    const changes = HTTP_FAULTS["changes its tools, and says so with the answer"];
    using server = startHttpFault((request) => {
      if (request.message?.method === "tools/list" && lists++ > 0 && lists <= failures + 1) return status(500, "busy");
      return changes(request);
    });
    await using connected = await connect(server.url);
    await connected.call();
    // Two agents ask at the same time: that is one attempt.
    for (const _ of [1, 2]) await Promise.all([connected.currentNames(), connected.currentNames()]);
    expect(lists).toBe(3);
    expect((await connected.currentNames()).toSorted()).toEqual(names);
    await connected.currentNames();
    expect(lists).toBe(4);
  });

  test("of the protocol of 2026 has its changes followed after the subscription broke, and while it could not be made", async () => {
    let isChanged = false;
    await using server = serveModernMcp((modern) => {
      modern.registerTool(isChanged ? "new" : "old", {}, () => ({ content: [] }));
    });
    await using proxy = await startTcpProxy(new URL(server.url).host);
    await using connected = await connect(`http://${proxy.address}/mcp`);
    expect(await connected.currentNames()).toEqual(["old"]);
    proxy.cut();
    isChanged = true;
    proxy.mend();
    await until("the change is known", async () => (await connected.currentNames()).includes("new"));
    isChanged = false;
    server.tellOfChange();
    await until("the next one, too", async () => (await connected.currentNames()).includes("old"));
  });

  test("that puts several messages into one event has none of them read", async () => {
    const { log, lines } = collectedLog();
    using server = startHttpFault(
      onCall((message) => sse(event([logged("noise"), answer(message.id, echoResult(message))]))),
    );
    await using connected = await connect(server.url, {}, { log });
    expect((await connected.call()).text).toStartWith("Unknown whether it was executed");
    expect(lines.filter((line) => line.includes("The server logs"))).toEqual([]);
  });

  test("is not asked if no connection is free in time, which is not its fault", async () => {
    using server = startHttpFault("none");
    const held = await Promise.all(Array.from({ length: 80 }, async () => await acquireRequest(undefined)));
    await using connected = await connect(server.url, { timeoutMs: 2_000 });
    for (const release of held) release();
    expect(connected.reason).toContain(
      "The runner makes too many calls at the same time, and none of its connections was free within 2.0 s.",
    );
    expect(server.headers).toEqual([]);
  });

  test("that floods its stream leaves time for everything else, and its log has an end", async () => {
    using server = startHttpFault("a flood of notifications");
    const { log, lines } = collectedLog();
    const controller = new AbortController();
    await using connected = await connect(server.url, {}, { log, signal: controller.signal });
    const called = connected.call();
    /** The most that were handled before everything else got its turn. */
    let most = 0;
    for (let seen = lines.length; !lines.at(-1)?.includes("are not logged"); seen = lines.length) {
      await yieldToEventLoop();
      most = Math.max(most, lines.length - seen);
    }
    expect(most).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => line.includes("noise")).length).toBeLessThanOrEqual(1_000);
    controller.abort(new Error("enough"));
    await expect(called).rejects.toThrow("enough");
  });

  test("that takes no answers is not read any more", async () => {
    using server = startHttpFault("a flood of requests whose answers it does not take");
    const { log, lines } = collectedLog();
    const controller = new AbortController();
    await using connected = await connect(server.url, {}, { log, signal: controller.signal });
    const called = connected.call();
    const noise = () => lines.filter((line) => line.includes("noise")).length;
    await until("the first answers were sent", () => server.record.includes("answer"));
    await pause(600);
    // One line for ten requests, of which 20 may have no answer.
    expect(noise()).toBeLessThanOrEqual(20);
    controller.abort(new Error("enough"));
    await expect(called).rejects.toThrow("enough");
  });
});
