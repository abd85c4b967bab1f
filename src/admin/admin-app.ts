import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { HTTPException } from "hono/http-exception";
import { type RequestIdVariables, requestId } from "hono/request-id";
import type { RedactedSetting } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { notFromAForeignPage } from "./origin.ts";

/** A condition and whether it holds. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly reason?: string;
}

/** What the admin server shows and sets in motion. */
export interface AdminParts {
  readonly mode: string;
  readonly version: string;
  readonly startedAt: Date;
  state(): string;
  /** Executions that run or wait here. */
  inFlight(): number;
  checks(): readonly Check[];
  settings(): readonly RedactedSetting[];
  /** Starts to drain; again and again without further effect. */
  drain(): void;
  /** Until when what runs may go on; absent while not draining. */
  deadline(): Date | undefined;
  /** Where set, `/config` and `/shutdown` want it. */
  readonly token?: string;
  readonly log: Logger;
}

type Env = { Variables: RequestIdVariables };

/** The admin API, apart from listening. */
export function adminApp(parts: AdminParts): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requestId());
  app.use(notFromAForeignPage);
  if (parts.token !== undefined) {
    const auth = bearerAuth({ token: parts.token, noAuthenticationHeader: { message: "bearer token required" } });
    app.use("/config", auth);
    app.use("/shutdown", auth);
  }

  app.get("/livez", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { ready, reasons } = readiness(parts);
    return c.json({ status: ready ? "ok" : "not ready", reasons }, ready ? 200 : 503);
  });
  app.get("/healthz", (c) => {
    const { ready } = readiness(parts);
    return c.json(
      { status: ready ? "ok" : "not ready", ...describe(parts), checks: parts.checks() },
      ready ? 200 : 503,
    );
  });
  app.get("/config", (c) => c.json({ mode: parts.mode, settings: parts.settings() }));
  app.post("/shutdown", (c) => {
    parts.drain();
    return c.json(
      { state: parts.state(), inFlight: parts.inFlight(), deadline: parts.deadline()?.toISOString() ?? null },
      202,
    );
  });
  for (const [path, allow] of [
    ["/livez", "GET"],
    ["/readyz", "GET"],
    ["/healthz", "GET"],
    ["/config", "GET"],
    ["/shutdown", "POST"],
  ] as const) {
    app.all(path, (c) => {
      c.header("Allow", allow);
      return failure(c.get("requestId"), 405, "method-not-allowed", `${path} takes ${allow}`);
    });
  }

  app.notFound((c) =>
    failure(
      c.get("requestId"),
      404,
      "not-found",
      `There is no ${c.req.path}; there are /livez, /readyz, /healthz, /config and /shutdown`,
    ),
  );
  app.onError((error, c) => {
    const id = c.get("requestId");
    if (error instanceof HTTPException)
      return failure(id, error.status, CODES[error.status] ?? "refused", error.message || "refused");
    parts.log.error(`Admin request ${c.req.method} ${c.req.path} failed: ${messageOf(error)}`, { requestId: id });
    return failure(id, 500, "internal", "An unexpected error; the log has it under this request id");
  });
  return app;
}

const CODES: Readonly<Record<number, string>> = { 400: "bad-request", 401: "unauthorized", 403: "forbidden" };

/** The one body of all errors. */
function failure(id: string, status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message, requestId: id } }, { status });
}

function readiness(parts: AdminParts): { readonly ready: boolean; readonly reasons: readonly string[] } {
  const state = parts.state();
  const reasons = parts.checks().flatMap(({ name, ok, reason }) => (ok ? [] : [`${name}: ${reason ?? "not well"}`]));
  if (state !== "running") reasons.unshift(`the runner is ${state}`);
  return { ready: reasons.length === 0, reasons };
}

function describe({ mode, version, startedAt, state, inFlight, deadline }: AdminParts) {
  return {
    state: state(),
    mode,
    version,
    uptimeSeconds: Math.floor((Date.now() - startedAt.getTime()) / 1000),
    inFlight: inFlight(),
    deadline: deadline()?.toISOString() ?? null,
  };
}
