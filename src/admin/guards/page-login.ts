import { createMiddleware } from "hono/factory";
import { LoginCookie } from "../page/login-cookie.ts";
import { showLogin } from "../page/login-page.ts";
import { bearerToken } from "./bearer-token.ts";
import type { WrongTokens } from "./wrong-tokens.ts";

/** Requires a login in a browser, or the token of a program. A browser is led to the login. */
export function pageLogin(token: string, wrongTokens: WrongTokens) {
  const cookie = new LoginCookie(token);
  const bearer = bearerToken(token, wrongTokens);
  return createMiddleware(async (c, next) => {
    if (c.req.header("authorization") !== undefined) return await bearer(c, next);
    if (cookie.isLoggedIn(c)) return await next();
    if (c.req.method === "GET" && c.req.path !== "/events") return c.redirect("/login", 303);
    return await showLogin(c, "The login has ended: log in again.", 401);
  });
}
