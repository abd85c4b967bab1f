import type { AdminDeps } from "../admin-deps.ts";
import type { Route } from "../route.ts";
import { pageScript, pageStyle } from "./assets.ts";
import { askCancel, askDrain, cancel, drain } from "./confirmations.ts";
import { events, home } from "./home.ts";
import { LoginCookie } from "./login-cookie.ts";
import { logIn, logOut, showLogin } from "./login-page.ts";

/** The status page and what belongs to it; nothing if there is nothing to show. */
export function pageRoutes(deps: AdminDeps): readonly Route[] {
  const { page, token } = deps;
  if (page === undefined) return [];
  return [
    { method: "GET", path: "/", access: "page", handler: home(deps, page) },
    { method: "GET", path: "/events", access: "page", handler: events(deps, page) },
    { method: "GET", path: "/drain", access: "page", handler: askDrain(deps) },
    { method: "POST", path: "/drain", access: "page", handler: drain(deps) },
    { method: "GET", path: "/cancel", access: "page", handler: askCancel(page) },
    { method: "POST", path: "/cancel", access: "page", handler: cancel(page) },
    { method: "GET", path: "/page.css", access: "public", handler: pageStyle },
    { method: "GET", path: "/page.js", access: "public", handler: pageScript },
    ...(token === undefined ? [] : loginRoutes(new LoginCookie(token))),
  ];
}

function loginRoutes(cookie: LoginCookie): readonly Route[] {
  return [
    { method: "GET", path: "/login", access: "public", handler: (c) => showLogin(c) },
    { method: "POST", path: "/login", access: "login", handler: logIn(cookie) },
    { method: "POST", path: "/logout", access: "public", handler: logOut(cookie) },
  ];
}
