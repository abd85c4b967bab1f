import { describe, expect, test } from "bun:test";
import { ask, deps, HOST, runningLifecycle } from "../../../test/support/admin-request.ts";
import { adminApp } from "../admin-app.ts";

const error = (code: string) => ({ error: expect.objectContaining({ code }) });

describe("a token", () => {
  const token = "let-me-in";
  const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });

  test("is required for /config", async () => {
    expect(await ask({ token }, "/config")).toEqual({ status: 401, body: error("unauthorized") });
    expect((await ask({ token }, "/config", bearer("let-me"))).status).toBe(401);
    expect((await ask({ token }, "/config", bearer(token))).status).toBe(200);
  });

  test("is required for /shutdown, which does nothing without it", async () => {
    let drained = 0;
    const requestDrain = () => {
      drained++;
    };
    const lifecycle = runningLifecycle({ requestDrain });
    expect((await ask({ token, lifecycle }, "/shutdown", { method: "POST" })).status).toBe(401);
    expect(drained).toBe(0);
    expect((await ask({ token, lifecycle }, "/shutdown", { method: "POST", ...bearer(token) })).status).toBe(202);
    expect(drained).toBe(1);
  });

  test("is required for every route that is not a probe", async () => {
    const routes = adminApp(deps({ token })).routes.filter(({ method }) => method !== "ALL");
    const open = new Set<string>();
    for (const { method, path } of routes) if ((await ask({ token }, path, { method })).status !== 401) open.add(path);
    expect([...open]).toEqual(["/livez", "/readyz", "/healthz"]);
  });

  test("is not required for the probes", async () => {
    for (const path of ["/livez", "/readyz", "/healthz"]) expect((await ask({ token }, path)).status).toBe(200);
  });
});

describe("a request from a web page", () => {
  const from = (origin: string) => ({ method: "POST", headers: { origin } });

  test("of another origin is refused and does nothing", async () => {
    let drained = false;
    const requestDrain = () => {
      drained = true;
    };
    const lifecycle = runningLifecycle({ requestDrain });
    for (const origin of ["https://evil.example", "http://127.0.0.1:9999", "http://localhost:8790", "null", "nonsense"])
      expect(await ask({ lifecycle }, "/shutdown", from(origin))).toEqual({ status: 403, body: error("forbidden") });
    expect(drained).toBe(false);
  });

  test.each(["cross-site", "same-site"])("of another site without an origin is refused: %s", async (site) => {
    const init = { method: "POST", headers: { "sec-fetch-site": site } };
    expect(await ask({}, "/shutdown", init)).toEqual({ status: 403, body: error("forbidden") });
  });

  test("of the server's own origin is served", async () => {
    expect((await ask({}, "/shutdown", from(`http://${HOST}`))).status).toBe(202);
  });
});

describe("a request under another host name", () => {
  const under = (host: string, init: RequestInit = {}) => ({ ...init, headers: { host, origin: `http://${host}` } });

  test("is refused if the server listens on this machine only: it may be DNS rebinding", async () => {
    let drained = false;
    const requestDrain = () => {
      drained = true;
    };
    const lifecycle = runningLifecycle({ requestDrain });
    for (const host of ["evil.com:8790", "evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "192.168.1.2:8790"]) {
      expect(await ask({}, "/config", under(host))).toEqual({ status: 403, body: error("forbidden") });
      expect((await ask({ lifecycle }, "/shutdown", under(host, { method: "POST" }))).status).toBe(403);
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
