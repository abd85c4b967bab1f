import { timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { AdminError } from "../admin-error.ts";

const CHALLENGE = { "WWW-Authenticate": "Bearer" };

/** Requires the token. It may have any characters: Hono's own middleware refuses tokens with unusual ones. */
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

/** Has the same length for every text, which timingSafeEqual requires. */
function digest(text: string): Buffer {
  return Buffer.from(new Bun.CryptoHasher("sha256").update(text).digest());
}
