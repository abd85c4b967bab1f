import { createMiddleware } from "hono/factory";
import { showLogin } from "../page/login-page.ts";
import type { WrongTokens } from "./wrong-tokens.ts";

/** Counts wrong tokens in the login, as those of programs. */
export function loginAttempts(wrongTokens: WrongTokens) {
  return createMiddleware(async (c, next) => {
    await next();
    if (c.res.status !== 401) return;
    const retryAfter = await wrongTokens.seen(c);
    if (retryAfter === undefined) return;
    const page = await showLogin(c, `There were many wrong tokens. Try again in ${retryAfter} s.`, 429);
    page.headers.set("Retry-After", String(retryAfter));
    c.res = page;
  });
}
