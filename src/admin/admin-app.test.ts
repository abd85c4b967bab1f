import { describe, expect, test } from "bun:test";
import { ask, deps, HOST, runningLifecycle } from "../../test/support/admin-request.ts";
import { createLogger } from "../log/index.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { adminApp } from "./admin-app.ts";
import type { AdminDeps, Check } from "./admin-deps.ts";

const errorBody = (code: string) => ({
  error: { code, message: expect.any(String), requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
});

const unhealthy: Check = { name: "Temporal", status: "failed", reason: "no answer" };

describe("the probes", () => {
  test("/livez answers 200 whatever the runner's state", async () => {
    const { status, body } = await ask(
      { checks: () => [unhealthy], lifecycle: runningLifecycle({ state: "stopping" }) },
      "/livez",
    );
    expect([status, body]).toEqual([200, { status: "ok" }]);
  });

  test("/livez answers 503 after the event loop was blocked", async () => {
    const eventLoop = { ...deps().eventLoop, block: "the event loop was blocked for 6.0 s, until just now" };
    expect(await ask({ eventLoop }, "/livez")).toEqual({
      status: 503,
      body: { status: "blocked", reasons: [eventLoop.block] },
    });
  });

  test("/healthz shows the history of each check, memory and the delay of the event loop", async () => {
    const at = new Date("2026-01-19T10:00:00.000Z");
    const check: Check = { ...unhealthy, latencyMs: 12.5, since: at, lastError: { at, reason: "no answer" } };
    const { body } = await ask({ checks: () => [check] }, "/healthz");
    expect(body).toMatchObject({
      checks: [{ latencyMs: 12.5, since: at.toISOString(), lastError: { at: at.toISOString(), reason: "no answer" } }],
      memory: { rssBytes: expect.any(Number), heapUsedBytes: expect.any(Number) },
      eventLoopDelay: { p50Ms: 0, p99Ms: 0, maxMs: 0 },
    });
  });

  test("/healthz?verbose is text for people", async () => {
    const at = new Date("2026-01-19T10:00:00.000Z");
    const checks: readonly Check[] = [
      { name: "Stigmer", status: "ok", latencyMs: 3 },
      { name: "Redis", status: "degraded", reason: "slow", latencyMs: 900, since: at },
      { ...unhealthy, reason: "no answer\u001b[2J", remedies: ["Start it."], lastSuccess: at },
    ];
    const app = adminApp(deps({ checks: () => checks }));
    const response = await app.request("/healthz?verbose", { headers: { host: HOST } });
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
    const lines = (await response.text()).split("\n");
    expect(lines.slice(0, 4)).toEqual([
      "[+]Stigmer ok [3 ms]",
      "[!]Redis degraded: slow [900 ms, since 2026-01-19T10:00:00.000Z]",
      expect.stringMatching(/^\[-\]Temporal failed: no answer.*Start it\. \[last ok at 2026-01-19T10:00:00\.000Z\]$/),
      "state: running",
    ]);
    expect(lines.join("")).not.toContain("\u001b");
    expect(lines.at(-2)).toStartWith("status: not ready (Temporal: no answer");
  });

  test("/readyz answers 200 while the runner runs and all checks pass", async () => {
    expect(await ask({}, "/readyz")).toEqual({ status: 200, body: { status: "ok", reasons: [] } });
  });

  test("/readyz names the reasons why a runner is not ready", async () => {
    const healthy: Check = { name: "Stigmer", status: "ok" };
    const more = { checks: () => [healthy, unhealthy], lifecycle: runningLifecycle({ state: "draining" }) };
    expect(await ask(more, "/readyz")).toEqual({
      status: 503,
      body: { status: "not ready", reasons: ["the runner is draining", "Temporal: no answer"] },
    });
  });

  test("/readyz and /healthz say what to do about a failed check", async () => {
    const check: Check = { ...unhealthy, remedies: ["Start it.", "Check the address."] };
    const { body } = await ask({ checks: () => [check] }, "/readyz");
    expect(body).toMatchObject({ reasons: ["Temporal: no answer. Start it. Check the address."] });
    expect((await ask({ checks: () => [check] }, "/healthz")).body).toMatchObject({ checks: [check] });
  });

  test("/readyz answers 503 while the runner starts, drains or stops", async () => {
    for (const state of ["starting", "draining", "stopping", "stopped"])
      expect((await ask({ lifecycle: runningLifecycle({ state }) }, "/readyz")).status).toBe(503);
  });

  test("/healthz shows the state, the version and every check", async () => {
    const deadline = new Date("2026-01-19T10:00:00.000Z");
    const startedAt = new Date(Date.now() - 61_000);
    const lifecycle = runningLifecycle({ deadline, startedAt });
    const { status, body } = await ask({ checks: () => [unhealthy], lifecycle }, "/healthz");
    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: "not ready",
      state: "running",
      mode: "local",
      version: "1.2.3",
      inFlight: 2,
      deadline: "2026-01-19T10:00:00.000Z",
      checks: [unhealthy],
    });
    expect((body as { uptimeSeconds: number }).uptimeSeconds).toBeGreaterThanOrEqual(61);
    expect((await ask({}, "/healthz")).status).toBe(200);
  });

  test("a degraded check leaves the runner ready, and /healthz shows it", async () => {
    const old: Check = { name: "credentials", status: "degraded", reason: "the key expires in 3 h" };
    expect(await ask({ checks: () => [old] }, "/readyz")).toEqual({ status: 200, body: { status: "ok", reasons: [] } });
    const { status, body } = await ask({ checks: () => [old] }, "/healthz");
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "degraded", checks: [old] });
  });
});

test("/config shows the redacted settings", async () => {
  expect(await ask({}, "/config")).toEqual({
    status: 200,
    body: {
      mode: "local",
      settings: [{ variable: "LOG_LEVEL", value: "info", secret: false, origin: "default" }],
    },
  });
});

describe("/shutdown", () => {
  test("starts to drain and answers with the resulting state", async () => {
    const lifecycle = {
      startedAt: new Date(),
      state: "running",
      deadline: new Date("2026-01-19T10:00:00.000Z"),
      requestDrain: () => {
        lifecycle.state = "draining";
      },
    };
    expect(await ask({ lifecycle }, "/shutdown", { method: "POST" })).toMatchObject({
      status: 202,
      body: { state: "draining", inFlight: 2, deadline: "2026-01-19T10:00:00.000Z" },
    });
  });

  test("does nothing when it is requested with GET", async () => {
    let drained = false;
    const requestDrain = () => {
      drained = true;
    };
    expect((await ask({ lifecycle: runningLifecycle({ requestDrain }) }, "/shutdown")).status).toBe(405);
    expect(drained).toBe(false);
  });
});

describe("an error", () => {
  test("always has the same body: a code, a message and the request's id", async () => {
    expect(await ask({}, "/nowhere")).toEqual({ status: 404, body: errorBody("not-found") });
    expect(await ask({}, "/livez", { method: "POST" })).toEqual({ status: 405, body: errorBody("method-not-allowed") });
  });

  test("that is unexpected shows no internals, and is logged under the request's id", async () => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    const log = createLogger({ level: "error", format: "text", mask: new SecretMask(), write });
    const settings = () => {
      throw new Error("secret inside");
    };
    const { status, body } = await ask({ settings, log }, "/config");
    expect([status, body]).toEqual([500, errorBody("internal")]);
    expect(JSON.stringify(body)).not.toContain("secret inside");
    expect(JSON.stringify(body)).not.toContain("admin-app");
    expect(lines.join("")).toContain("secret inside");
    expect(lines.join("")).toContain((body as { error: { requestId: string } }).error.requestId);
  });

  test("for a wrong method names the right one", async () => {
    const { body } = await ask({}, "/shutdown", { method: "PUT" });
    expect(JSON.stringify(body)).toContain("/shutdown takes POST");
  });
});

test("errors have the headers Allow, WWW-Authenticate and X-Request-Id", async () => {
  const app = adminApp(deps({ token: "p@ss word!" }));
  const wrong = await app.request("/livez", { method: "POST", headers: { host: HOST } });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect(wrong.headers.get("x-request-id")).toBe(
    ((await wrong.json()) as { error: { requestId: string } }).error.requestId,
  );
  const open = await app.request("/config", { headers: { host: HOST } });
  expect([open.status, open.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  expect(await open.text()).toContain("Authorization: Bearer");
  const authorized = await app.request("/config", { headers: { host: HOST, authorization: "Bearer p@ss word!" } });
  expect(authorized.status).toBe(200);
});

test("no answer is cached, and none is taken for something that it is not", async () => {
  const app = adminApp(deps({ token: "let-me-in" }));
  for (const path of ["/livez", "/config", "/nothing", "/healthz"]) {
    const { headers } = await app.request(path, { headers: { host: HOST } });
    expect([path, headers.get("cache-control"), headers.get("x-content-type-options")]).toEqual([
      path,
      "no-store",
      "nosniff",
    ]);
  }
});

describe("/metrics", () => {
  const page = { contentType: "text/plain; version=0.0.4; charset=utf-8", text: "agent_runner_ready 1\n" };
  const metrics = async () => page;
  const get = (more: Partial<AdminDeps>, headers: Record<string, string> = {}) =>
    adminApp(deps(more)).request("/metrics", { headers: { host: HOST, ...headers } });

  test("is the page for Prometheus, with its content type", async () => {
    const response = await get({ metrics });
    expect(response.headers.get("content-type")).toBe(page.contentType);
    expect(await response.text()).toBe(page.text);
  });

  test("requires the token, unless the operator makes it public", async () => {
    expect((await get({ metrics, token: "12345678" })).status).toBe(401);
    expect((await get({ metrics, token: "12345678" }, { authorization: "Bearer 12345678" })).status).toBe(200);
    expect((await get({ metrics, token: "12345678", isMetricsPublic: true })).status).toBe(200);
  });

  test("does not exist while metrics are off, and says so", async () => {
    const response = await get({});
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("METRICS=true");
  });
});
