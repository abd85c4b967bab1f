import { expect, test } from "bun:test";
import { silentLogger } from "../log/index.ts";
import { systemCode } from "../shared/errors.ts";
import { adminApp, serveAdmin } from "./index.ts";

const app = adminApp({
  mode: "local",
  version: "1.2.3",
  startedAt: new Date(),
  state: () => "running",
  inFlight: () => 0,
  checks: () => [],
  settings: () => [],
  drain: () => undefined,
  deadline: () => undefined,
  log: silentLogger,
});

test("the admin server listens on any free port where it is told 0, until it is stopped", async () => {
  const server = serveAdmin(app, "127.0.0.1", 0);
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  await server.stop();
  await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
});

test("a port that is taken is the system's error", async () => {
  const server = serveAdmin(app, "127.0.0.1", 0);
  try {
    serveAdmin(app, "127.0.0.1", server.port);
    expect.unreachable();
  } catch (error) {
    expect(systemCode(error)).toBe("EADDRINUSE");
  } finally {
    await server.stop();
  }
});
