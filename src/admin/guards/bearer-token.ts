import { timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { AdminError } from "../admin-error.ts";
import type { WrongTokens } from "./wrong-tokens.ts";

const CHALLENGE = { "WWW-Authenticate": "Bearer" };

/**
 * Requires the token; wrong ones are counted. It may have any characters: Hono's own middleware refuses tokens with unusual
 * ones.
 */
export function bearerToken(token: string, wrongTokens: WrongTokens) {
  const expected = digest(token);
  return createMiddleware(async (c, next) => {
    const given = /^Bearer +(.*)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (given === undefined)
      throw new AdminError("unauthorized", "Authorization: Bearer <ADMIN_TOKEN> is required", CHALLENGE);
    if (timingSafeEqual(digest(given), expected)) return await next();
    const retryAfter = await wrongTokens.seen(c);
    if (retryAfter === undefined)
      throw new AdminError("unauthorized", "the bearer token is not ADMIN_TOKEN", CHALLENGE);
    throw new AdminError("too-many-requests", "the bearer token is not ADMIN_TOKEN, and there were many wrong ones", {
      "Retry-After": String(retryAfter),
    });
  });
}

/** Has the same length for every text, which timingSafeEqual requires. */
function digest(text: string): Buffer {
  return Buffer.from(new Bun.CryptoHasher("sha256").update(text).digest());
}
