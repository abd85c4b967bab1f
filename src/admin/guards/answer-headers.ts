import { createMiddleware } from "hono/factory";

/** No cache keeps an answer that does not allow it itself, and no browser takes one for something that it is not. */
export const answerHeaders = createMiddleware(async (c, next) => {
  await next();
  c.header("X-Content-Type-Options", "nosniff");
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
});
