import type { Context } from "hono";
import { html } from "hono/html";
import { respondPage } from "./document.ts";
import { readForm } from "./form.ts";
import type { LoginCookie } from "./login-cookie.ts";

/** `GET /login`: asks for the token. */
export function showLogin(c: Context, problem?: string, status: 200 | 400 | 401 | 429 = 200): Promise<Response> {
  const main = html`<section class="narrow${problem === undefined ? "" : " bad"}" aria-labelledby="login-title">
<h2 id="login-title">Log in</h2>
${problem === undefined ? "" : html`<p role="alert">${problem}</p>`}
<form method="post" action="/login">
<label for="token">Admin token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p class="soft">The value of ADMIN_TOKEN, or the content of the file that ADMIN_TOKEN_FILE names.</p>
<p><button type="submit">Log in</button></p>
</form>
</section>`;
  return respondPage(c, main, { title: "Log in · agent-runner", status });
}

/** `POST /login`: takes the token and keeps the login in a cookie. */
export function logIn(cookie: LoginCookie) {
  return async (c: Context): Promise<Response> => {
    const form = await readForm(c);
    const token = form?.get("token");
    if (token === undefined || token === null) return showLogin(c, "Enter the token.", 400);
    if (!cookie.isToken(token.trim())) return showLogin(c, "This is not the token of this runner.", 401);
    cookie.login(c);
    return c.redirect("/", 303);
  };
}

/** `POST /logout`. */
export function logOut(cookie: LoginCookie) {
  return (c: Context): Response => {
    cookie.logout(c);
    return c.redirect("/login", 303);
  };
}
