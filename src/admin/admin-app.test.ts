import { describe, expect, test } from "bun:test";
import { createLogger } from "../log/index.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { adminApp } from "./admin-app.ts";
import type { AdminDeps, Check } from "./admin-deps.ts";

const HOST = "127.0.0.1:8790";

function deps(more: Partial<AdminDeps> = {}): AdminDeps {
  return {
    mode: "local",
    version: "1.2.3",
    startedAt: new Date(),
    state: () => "running",
    inFlight: () => 2,
    checks: () => [{ name: "Temporal", status: "ok" }],
    settings: () => [{ variable: "LOG_LEVEL", value: "info", secret: false, origin: "default" }],
    drain: () => undefined,
    deadline: () => undefined,
    host: "127.0.0.1",
    log: createLogger({ level: "debug", format: "text", mask: new SecretMask(), write: () => undefined }),
    ...more,
  };
}

/** Sends a request as programs do: without an Origin. */
async function ask(more: Partial<AdminDeps>, path: string, init: RequestInit = {}) {
  const headers = { host: HOST, ...(init.headers as Record<string, string> | undefined) };
  const response = await adminApp(deps(more)).request(path, { ...init, headers });
  return { status: response.status, body: (await response.json()) as unknown };
}

const errorBody = (code: string) => ({
  error: { code, message: expect.any(String), requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
});

const unhealthy: Check = { name: "Temporal", status: "failed", reason: "no answer" };

describe("the probes", () => {
  test("/livez answers 200 whatever the runner's state", async () => {
    const { status, body } = await ask({ checks: () => [unhealthy], state: () => "stopping" }, "/livez");
    expect([status, body]).toEqual([200, { status: "ok" }]);
  });

  test("/readyz answers 200 while the runner runs and all checks pass", async () => {
    expect(await ask({}, "/readyz")).toEqual({ status: 200, body: { status: "ok", reasons: [] } });
  });

  test("/readyz names the reasons why a runner is not ready", async () => {
    const healthy: Check = { name: "Stigmer", status: "ok" };
    const more = { checks: () => [healthy, unhealthy], state: () => "draining" };
    expect(await ask(more, "/readyz")).toEqual({
      status: 503,
      body: { status: "not ready", reasons: ["the runner is draining", "Temporal: no answer"] },
    });
  });

  test("/readyz answers 503 while the runner starts, drains or stops", async () => {
    for (const state of ["starting", "draining", "stopping", "stopped"])
      expect((await ask({ state: () => state }, "/readyz")).status).toBe(503);
  });

  test("/healthz shows the state, the version and every check", async () => {
    const deadline = new Date("2026-01-19T10:00:00.000Z");
    const startedAt = new Date(Date.now() - 61_000);
    const { status, body } = await ask({ checks: () => [unhealthy], deadline: () => deadline, startedAt }, "/healthz");
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
    let state = "running";
    const drain = () => {
      state = "draining";
    };
    const deadline = () => new Date("2026-01-19T10:00:00.000Z");
    expect(await ask({ drain, state: () => state, deadline }, "/shutdown", { method: "POST" })).toEqual({
      status: 202,
      body: { state: "draining", inFlight: 2, deadline: "2026-01-19T10:00:00.000Z" },
    });
  });

  test("does nothing when it is requested with GET", async () => {
    let drained = false;
    const drain = () => {
      drained = true;
    };
    expect((await ask({ drain }, "/shutdown")).status).toBe(405);
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

describe("a token", () => {
  const token = "let-me-in";
  const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });

  test("is required for /config", async () => {
    expect(await ask({ token }, "/config")).toEqual({ status: 401, body: errorBody("unauthorized") });
    expect((await ask({ token }, "/config", bearer("let-me"))).status).toBe(401);
    expect((await ask({ token }, "/config", bearer(token))).status).toBe(200);
  });

  test("is required for /shutdown, which does nothing without it", async () => {
    let drained = 0;
    const drain = () => {
      drained++;
    };
    expect((await ask({ token, drain }, "/shutdown", { method: "POST" })).status).toBe(401);
    expect(drained).toBe(0);
    expect((await ask({ token, drain }, "/shutdown", { method: "POST", ...bearer(token) })).status).toBe(202);
    expect(drained).toBe(1);
  });

  test("is required for every route that is not a probe", async () => {
    const routes = adminApp(deps({ token })).routes.filter(({ method }) => method !== "ALL");
    const open: string[] = [];
    for (const { method, path } of routes) if ((await ask({ token }, path, { method })).status !== 401) open.push(path);
    expect(open).toEqual(["/livez", "/readyz", "/healthz"]);
  });

  test("is not required for the probes", async () => {
    for (const path of ["/livez", "/readyz", "/healthz"]) expect((await ask({ token }, path)).status).toBe(200);
  });
});

describe("a request from a web page", () => {
  const from = (origin: string) => ({ method: "POST", headers: { origin } });

  test("of another origin is refused and does nothing", async () => {
    let drained = false;
    const drain = () => {
      drained = true;
    };
    for (const origin of ["https://evil.example", "http://127.0.0.1:9999", "http://localhost:8790", "null", "nonsense"])
      expect(await ask({ drain }, "/shutdown", from(origin))).toEqual({ status: 403, body: errorBody("forbidden") });
    expect(drained).toBe(false);
  });

  test("of the server's own origin is served", async () => {
    expect((await ask({}, "/shutdown", from(`http://${HOST}`))).status).toBe(202);
  });
});

describe("a request under another host name", () => {
  const under = (host: string, init: RequestInit = {}) => ({ ...init, headers: { host, origin: `http://${host}` } });

  test("is refused if the server listens on this machine only: it may be DNS rebinding", async () => {
    let drained = false;
    const drain = () => {
      drained = true;
    };
    for (const host of ["evil.com:8790", "evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "192.168.1.2:8790"]) {
      expect(await ask({}, "/config", under(host))).toEqual({ status: 403, body: errorBody("forbidden") });
      expect((await ask({ drain }, "/shutdown", under(host, { method: "POST" }))).status).toBe(403);
    }
    expect(drained).toBe(false);
  });

  test("is refused if the host name is invalid, unless it is a probe", async () => {
    for (const host of [
      "a b",
      "[::1",
      "evil.com/",
      "evil.com#",
      "localhost@evil.com",
      "xn--a.evil.com",
      "a.com:99999",
    ]) {
      expect((await ask({}, "/config", { headers: { host } })).status).toBe(403);
      expect((await ask({}, "/shutdown", { method: "POST", headers: { host } })).status).toBe(403);
      expect((await ask({}, "/readyz", { headers: { host } })).status).toBe(200);
    }
  });

  test("is served if the name is this machine's or the configured host, or missing", async () => {
    for (const host of ["localhost:8790", "localhost", "[::1]:8790", "127.0.0.2"])
      expect((await ask({}, "/config", under(host))).status).toBe(200);
    expect((await ask({ host: "runner.test" }, "/config", under("runner.test:1"))).status).toBe(200);
    expect((await ask({}, "/config", { headers: { host: "" } })).status).toBe(200);
    expect((await ask({}, "/livez", { headers: { host: "a b" } })).status).toBe(200);
  });

  test("is served if the server listens beyond this machine, or has a token", async () => {
    const probe = { headers: { host: "10.1.2.3:8790" } };
    for (const path of ["/livez", "/readyz", "/healthz"])
      expect((await ask({ host: "0.0.0.0" }, path, probe)).status).toBe(200);
    expect((await ask({ token: "secret" }, "/livez", { headers: { host: "runner.example" } })).status).toBe(200);
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
