import { describe, expect, test } from "bun:test";
import { ForeignAddresses } from "../../src/platform/foreign-addresses.ts";
import { httpConnector } from "../support/mcp/connect.ts";
import { startHttpFault } from "../support/mcp/http-faults.ts";
import { fileSandbox } from "../support/sandbox-contract/file-sandbox.ts";
import { startUnansweredListener } from "../support/unanswered-listener.ts";

const sandbox = fileSandbox();

const connect = httpConnector(sandbox);

describe("an HTTP server is not available, and says why:", () => {
  test("there is a proxy, which may be the one that does not reach it", async () => {
    const advice =
      "The runner has HTTP_PROXY: if that proxy does not reach the server, add the server's host to NO_PROXY.";
    using server = startHttpFault("403");
    await using refused = await connect(server.url, {}, { hasProxy: () => true });
    expect(refused.reason).toContain(advice);
    await using unreached = await connect("http://127.0.0.1:9/mcp", {}, { hasProxy: () => true });
    expect(unreached.reason).toContain(advice);
    using other = startHttpFault("401");
    await using without = await connect(other.url, {}, { hasProxy: () => true });
    expect(without.reason).not.toContain("PROXY");
  });

  test("its name means an address that is not allowed", async () => {
    using server = startHttpFault("none");
    const addressPolicy = new ForeignAddresses([]);
    await using connected = await connect(server.url.replace("127.0.0.1", "localhost"), {}, { addressPolicy });
    expect(connected.reason).toMatch(/The address localhost \(.*\) belongs to the runner's own machine/);
    expect(server.headers).toEqual([]);
  });

  test("its address is not allowed", async () => {
    using server = startHttpFault("none");
    await using connected = await connect(server.url, {}, { addressPolicy: new ForeignAddresses([]) });
    expect(connected.reason).toContain("127.0.0.1 belongs to the runner's own machine");
    expect(connected.reason).toContain("MCP_ALLOWED_HOSTS");
    expect(server.headers).toEqual([]);
  });
});

describe("an HTTP server can be used in spite of", () => {
  test("a name that means something else a moment later: the address that was checked is used", async () => {
    using server = startHttpFault("a redirect within the origin");
    // Nobody can look up this name. The first address of it refuses connections.
    const addressPolicy = { check: async () => ["127.0.0.9", "127.0.0.1"] };
    const url = server.url.replace("127.0.0.1", "rebinding.invalid");
    await using connected = await connect(url, {}, { addressPolicy });
    expect(await connected.call()).toEqual({ text: "echo: hello", failure: undefined });
    expect(new Set(server.headers.map((headers) => headers.get("host")))).toEqual(new Set([new URL(url).host]));
  });

  test("a name with an address that drops packets, before one that works", async () => {
    using server = startHttpFault("none");
    await using _ = await startUnansweredListener("127.0.0.9", Number(new URL(server.url).port));
    const addressPolicy = { check: async () => ["127.0.0.9", "127.0.0.1"] };
    await using connected = await connect(server.url.replace("127.0.0.1", "several.invalid"), {}, { addressPolicy });
    expect(await connected.call()).toEqual({ text: "echo: hello", failure: undefined });
  });
});
