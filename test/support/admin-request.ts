import { adminApp } from "../../src/admin/admin-app.ts";
import type { AdminDeps, AdminLifecycle } from "../../src/admin/admin-deps.ts";
import { ExecutionRegistry } from "../../src/executions/index.ts";
import { silentLogger } from "../../src/log/index.ts";

/** The host of the requests: the one on which the server listens. */
export const HOST = "127.0.0.1:8790";

/** The lifecycle of a running runner, with some differences. */
export function runningLifecycle(more: Partial<AdminLifecycle> = {}): AdminLifecycle {
  return { startedAt: new Date(), state: "running", deadline: undefined, requestDrain: () => undefined, ...more };
}

/** A running and healthy runner's admin server. */
export function deps(more: Partial<AdminDeps> = {}): AdminDeps {
  return {
    mode: "local",
    version: "1.2.3",
    lifecycle: runningLifecycle(),
    inFlight: () => 2,
    checks: () => [{ name: "Temporal", status: "ok" }],
    settings: () => [{ variable: "LOG_LEVEL", value: "info", secret: false, origin: "default" }],
    host: "127.0.0.1",
    log: silentLogger,
    eventLoop: { delay: { p50Ms: 0, p99Ms: 0, maxMs: 0 }, block: undefined },
    executions: new ExecutionRegistry(),
    cancelAll: () => undefined,
    ended: new Promise(() => undefined),
    ...more,
  };
}

/** Sends a request as programs do: without an Origin. */
export async function ask(more: Partial<AdminDeps>, path: string, init: RequestInit = {}) {
  const headers = { host: HOST, ...(init.headers as Record<string, string> | undefined) };
  const response = await adminApp(deps(more)).request(path, { ...init, headers });
  return { status: response.status, body: (await response.json()) as unknown };
}
