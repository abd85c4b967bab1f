import { timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { AdminError } from "../admin-error.ts";

const CHALLENGE = { "WWW-Authenticate": "Bearer" };

/** Lets through what carries the token. Any text can be one; Hono's own middleware refuses tokens with other letters. */
export function bearerToken(token: string) {
  const expected = digest(token);
  return createMiddleware(async (c, next) => {
    const given = /^Bearer +(.*)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (given === undefined)
      throw new AdminError("unauthorized", "Authorization: Bearer <ADMIN_TOKEN> is required", CHALLENGE);
    if (!timingSafeEqual(digest(given), expected))
      throw new AdminError("unauthorized", "the bearer token is not ADMIN_TOKEN", CHALLENGE);
    await next();
  });
}

/** Of one length whatever the text is, as the comparison wants it. */
function digest(text: string): Buffer {
  return Buffer.from(new Bun.CryptoHasher("sha256").update(text).digest());
}
