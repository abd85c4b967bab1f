import { createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

const COOKIE = "agent-runner-admin";
/** How long a login lasts. */
const LOGIN_SECONDS = 12 * 60 * 60;
const OPTIONS = { httpOnly: true, sameSite: "Strict", path: "/" } as const;

/**
 * Keeps a login in the browser. The cookie has its end and a signature made with the token, not the token: whoever reads
 * it cannot use the admin API with it. Another token ends all logins.
 */
export class LoginCookie {
  readonly #token: string;
  readonly #now: () => number;

  constructor(token: string, now: () => number = Date.now) {
    this.#token = token;
    this.#now = now;
  }

  isToken(given: string): boolean {
    return timingSafeEqual(this.#sign(`token ${given}`), this.#sign(`token ${this.#token}`));
  }

  isLoggedIn(c: Context): boolean {
    const [, end = "", signature = ""] = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(getCookie(c, COOKIE) ?? "") ?? [];
    if (end === "" || Number(end) <= this.#now()) return false;
    return timingSafeEqual(Buffer.from(signature, "hex"), this.#sign(`login until ${end}`));
  }

  login(c: Context): void {
    const end = this.#now() + LOGIN_SECONDS * 1000;
    const value = `${end}.${this.#sign(`login until ${end}`).toString("hex")}`;
    setCookie(c, COOKIE, value, { ...OPTIONS, maxAge: LOGIN_SECONDS });
  }

  logout(c: Context): void {
    deleteCookie(c, COOKIE, OPTIONS);
  }

  #sign(text: string): Buffer {
    return createHmac("sha256", this.#token).update(text).digest();
  }
}
