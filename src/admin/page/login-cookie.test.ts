import { expect, test } from "bun:test";
import { Hono } from "hono";
import { LoginCookie } from "./login-cookie.ts";

const HOUR_MS = 3_600_000;

/** Sets the cookie at `/login`, and says at `/` whether it counts. */
function appOf(token: string, now: () => number) {
  const cookie = new LoginCookie(token, now);
  return new Hono()
    .get("/login", (c) => {
      cookie.login(c);
      return c.text("");
    })
    .get("/", (c) => c.text(String(cookie.isLoggedIn(c))));
}

test("a login ends after twelve hours, and nobody can prolong it", async () => {
  let now = 1_000_000 * HOUR_MS;
  const app = appOf("secret", () => now);
  const set = (await app.request("/login")).headers.get("set-cookie") ?? "";
  const cookie = set.split(";")[0] ?? "";
  const isLoggedIn = async (value: string) =>
    (await (await app.request("/", { headers: { cookie: value } })).text()) === "true";
  expect(await isLoggedIn(cookie)).toBe(true);
  const [, end = "", signature = ""] = /=(\d+)\.(.*)$/.exec(cookie) ?? [];
  for (const forged of [`${Number(end) + HOUR_MS}.${signature}`, `${end}.${"0".repeat(64)}`, `${end}.`, "", "secret"])
    expect(await isLoggedIn(`agent-runner-admin=${forged}`)).toBe(false);
  now += 12 * HOUR_MS;
  expect(await isLoggedIn(cookie)).toBe(false);
});

test("the token is compared as a whole", () => {
  const cookie = new LoginCookie("secret");
  expect(["secret", "secret ", "Secret", "secre", ""].map((token) => cookie.isToken(token))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
