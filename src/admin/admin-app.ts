import { Hono, type MiddlewareHandler } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { type RequestIdVariables, requestId } from "hono/request-id";
import { messageOf, unreachable } from "../shared/errors.ts";
import type { AdminDeps } from "./admin-deps.ts";
import { AdminError } from "./admin-error.ts";
import { type CallBindings, callLog, describeCall } from "./call-log.ts";
import { answerHeaders } from "./guards/answer-headers.ts";
import { bearerToken } from "./guards/bearer-token.ts";
import { csrfGuard } from "./guards/csrf-guard.ts";
import { dnsRebindingGuard } from "./guards/dns-rebinding-guard.ts";
import { loginAttempts } from "./guards/login-attempts.ts";
import { pageLogin } from "./guards/page-login.ts";
import { refusedRequests } from "./guards/refused-requests.ts";
import { WrongTokens } from "./guards/wrong-tokens.ts";
import type { Access, Route } from "./route.ts";
import { routesOf } from "./routes/index.ts";

type Env = { Variables: RequestIdVariables; Bindings: CallBindings };

function pathsFor(routes: readonly Route[], access: Access): readonly string[] {
  return routes.flatMap((route) => (route.access === access ? [route.path] : []));
}

/** Each method that some path takes. */
function methodsOf(routes: readonly Route[]): readonly string[] {
  return ["HEAD", ...new Set(routes.map(({ method }) => method))].toSorted();
}

/** What a request has to show where a token is set; `undefined` for what everybody may use. */
function guards(token: string, wrongTokens: WrongTokens): (access: Access) => MiddlewareHandler | undefined {
  const [bearer, page, login] = [
    bearerToken(token, wrongTokens),
    pageLogin(token, wrongTokens),
    loginAttempts(wrongTokens),
  ];
  return (access) => {
    switch (access) {
      case "probe":
      case "public":
        return undefined;
      case "protected":
        return bearer;
      case "page":
        return page;
      case "login":
        return login;
      default:
        return unreachable(access);
    }
  };
}

/** The admin API as an app that any server can serve; {@link serveAdmin} listens. */
export function adminApp(deps: AdminDeps): Hono<Env> {
  const app = new Hono<Env>();
  const routes = routesOf(deps);
  app.use(requestId());
  app.use(callLog(deps.log, deps.logBudget));
  app.use(answerHeaders);
  app.use(refusedRequests(methodsOf(routes)));
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
  if (deps.token === undefined) app.use(dnsRebindingGuard(deps.host, pathsFor(routes, "probe")));
  const guardOf =
    deps.token === undefined ? () => undefined : guards(deps.token, new WrongTokens(deps.log, deps.logBudget));
  for (const { method, path, access, handler } of routes) {
    const guard = guardOf(access);
    if (guard === undefined) app.on(method, path, handler);
    else app.on(method, path, guard, handler);
  }

  app.notFound((c) => {
    const paths = new Set(routes.map(({ path }) => path));
    const message = `There is no ${c.req.path}; there are ${[...paths].join(", ")}`;
    return new AdminError("not-found", message).respond(c);
  });
  app.onError((error, c) => {
    if (error instanceof AdminError) return error.respond(c);
    deps.log.error(`Admin request ${describeCall(c)} failed: ${messageOf(error)}`, { requestId: c.get("requestId") });
    return new AdminError("internal", "An unexpected error; the log has it under this request id").respond(c);
  });
  return app;
}
