import type { AdminDeps } from "../admin-deps.ts";
import { pageRoutes } from "../page/page-routes.ts";
import type { Route } from "../route.ts";
import { config } from "./config.ts";
import { cancelExecution, execution } from "./execution.ts";
import { executions } from "./executions.ts";
import { healthz } from "./healthz.ts";
import { livez } from "./livez.ts";
import { changeLogLevel, logLevel } from "./log-level.ts";
import { metrics } from "./metrics.ts";
import { readyz } from "./readyz.ts";
import { shutdown } from "./shutdown.ts";

/** Everything that the server answers. The guards, and the texts about unknown paths, follow from this list. */
export function routesOf(deps: AdminDeps): readonly Route[] {
  return [
    { method: "GET", path: "/livez", access: "probe", handler: livez(deps) },
    { method: "GET", path: "/readyz", access: "probe", handler: readyz(deps) },
    { method: "GET", path: "/healthz", access: "probe", handler: healthz(deps) },
    { method: "GET", path: "/config", access: "protected", handler: config(deps) },
    {
      method: "GET",
      path: "/metrics",
      access: deps.isMetricsPublic === true ? "public" : "protected",
      handler: metrics(deps),
    },
    { method: "GET", path: "/log-level", access: "protected", handler: logLevel(deps) },
    { method: "PUT", path: "/log-level", access: "protected", handler: changeLogLevel(deps) },
    { method: "POST", path: "/shutdown", access: "protected", handler: shutdown(deps) },
    { method: "GET", path: "/executions", access: "protected", handler: executions(deps) },
    { method: "GET", path: "/executions/:id", access: "protected", handler: execution(deps) },
    { method: "POST", path: "/executions/:id/cancel", access: "protected", handler: cancelExecution(deps) },
    ...pageRoutes(deps),
  ];
}
