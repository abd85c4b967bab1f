import { Hono } from "hono";
import { type RequestIdVariables, requestId } from "hono/request-id";
import type { RedactedSetting } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { AdminError } from "./admin-error.ts";
import type { LogBudget } from "./bounded-log.ts";
import { type CallBindings, call, callLog } from "./call-log.ts";
import { bearerToken } from "./guards/bearer-token.ts";
import { csrfGuard } from "./guards/csrf-guard.ts";
import { dnsRebindingGuard } from "./guards/dns-rebinding-guard.ts";

/** A condition and whether it holds; what is degraded works still. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "degraded" | "failed";
  readonly reason?: string;
}

/** What the admin server shows and sets in motion. */
export interface AdminDeps {
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
  /** Where the server listens. */
  readonly host: string;
  readonly log: Logger;
  /** Lines of the log that calls may cause. */
  readonly logBudget?: LogBudget | undefined;
}

type Env = { Variables: RequestIdVariables; Bindings: CallBindings };

/** The admin API, apart from listening. */
export function adminApp(parts: AdminDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requestId());
  app.use(callLog(parts.log, parts.logBudget));
  app.use(csrfGuard);
  if (parts.token === undefined) {
    app.use(dnsRebindingGuard(parts.host));
  } else {
    const auth = bearerToken(parts.token);
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
    const degraded = parts.checks().some(({ status }) => status === "degraded");
    const status = ready ? (degraded ? "degraded" : "ok") : "not ready";
    return c.json({ status, ...describe(parts), checks: parts.checks() }, ready ? 200 : 503);
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
    app.all(path, () => {
      throw new AdminError("method-not-allowed", `${path} takes ${allow}`, { Allow: allow });
    });
  }

  app.notFound((c) => {
    const message = `There is no ${c.req.path}; there are /livez, /readyz, /healthz, /config and /shutdown`;
    return new AdminError("not-found", message).respond(c);
  });
  app.onError((error, c) => {
    if (error instanceof AdminError) return error.respond(c);
    const requestId = c.get("requestId");
    parts.log.error(`Admin request ${call(c)} failed: ${messageOf(error)}`, { requestId });
    return new AdminError("internal", "An unexpected error; the log has it under this request id").respond(c);
  });
  return app;
}

function readiness(parts: AdminDeps): { readonly ready: boolean; readonly reasons: readonly string[] } {
  const state = parts.state();
  const reasons = parts
    .checks()
    .flatMap(({ name, status, reason }) => (status === "failed" ? [`${name}: ${reason ?? "not well"}`] : []));
  if (state !== "running") reasons.unshift(`the runner is ${state}`);
  return { ready: reasons.length === 0, reasons };
}

function describe({ mode, version, startedAt, state, inFlight, deadline }: AdminDeps) {
  return {
    state: state(),
    mode,
    version,
    uptimeSeconds: Math.floor((Date.now() - startedAt.getTime()) / 1000),
    inFlight: inFlight(),
    deadline: deadline()?.toISOString() ?? null,
  };
}
