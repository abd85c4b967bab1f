import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { type RequestIdVariables, requestId } from "hono/request-id";
import { messageOf } from "../shared/errors.ts";
import type { AdminDeps } from "./admin-deps.ts";
import { AdminError } from "./admin-error.ts";
import { type CallBindings, callLog, describeCall } from "./call-log.ts";
import { bearerToken } from "./guards/bearer-token.ts";
import { csrfGuard } from "./guards/csrf-guard.ts";
import { dnsRebindingGuard } from "./guards/dns-rebinding-guard.ts";
import { PROBE_PATHS, PROTECTED_PATHS } from "./paths.ts";
import { config } from "./routes/config.ts";
import { healthz } from "./routes/healthz.ts";
import { livez } from "./routes/livez.ts";
import { readyz } from "./routes/readyz.ts";
import { shutdown } from "./routes/shutdown.ts";

type Env = { Variables: RequestIdVariables; Bindings: CallBindings };

/** The admin API as an app that any server can serve; {@link serveAdmin} listens. */
export function adminApp(deps: AdminDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requestId());
  app.use(callLog(deps.log, deps.logBudget));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        throw new AdminError("method-not-allowed", `${c.req.path} takes ${methods.join(", ")}`, {
          Allow: methods.join(", "),
        });
      },
    }),
  );
  app.use(csrfGuard);
  if (deps.token === undefined) {
    app.use(dnsRebindingGuard(deps.host));
  } else {
    const auth = bearerToken(deps.token);
    for (const path of PROTECTED_PATHS) app.use(path, auth);
  }

  app.get("/livez", livez);
  app.get("/readyz", readyz(deps));
  app.get("/healthz", healthz(deps));
  app.get("/config", config(deps));
  app.post("/shutdown", shutdown(deps));

  app.notFound((c) => {
    const message = `There is no ${c.req.path}; there are ${[...PROBE_PATHS, ...PROTECTED_PATHS].join(", ")}`;
    return new AdminError("not-found", message).respond(c);
  });
  app.onError((error, c) => {
    if (error instanceof AdminError) return error.respond(c);
    deps.log.error(`Admin request ${describeCall(c)} failed: ${messageOf(error)}`, { requestId: c.get("requestId") });
    return new AdminError("internal", "An unexpected error; the log has it under this request id").respond(c);
  });
  return app;
}
