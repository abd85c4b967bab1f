import type { Context } from "hono";

/** Largest form, in bytes. */
const FORM_LIMIT = 8 * 1024;

/** The fields of a form; `undefined` if it is none, or too large. */
export async function readForm(c: Context): Promise<URLSearchParams | undefined> {
  if (!(c.req.header("content-type") ?? "").startsWith("application/x-www-form-urlencoded")) return undefined;
  // Browsers send the length of a form.
  const length = Number(c.req.header("content-length") ?? Number.NaN);
  if (!(length <= FORM_LIMIT)) return undefined;
  return new URLSearchParams(await c.req.text());
}
