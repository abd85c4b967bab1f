import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What a request is refused with. */
export type AdminErrorCode = "unauthorized" | "forbidden" | "not-found" | "method-not-allowed" | "internal";

const STATUS: Readonly<Record<AdminErrorCode, ContentfulStatusCode>> = {
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  internal: 500,
};

/** Ends a request with the one body that all errors have. */
export class AdminError extends HTTPException {
  readonly code: AdminErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: AdminErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(STATUS[code], { message });
    this.code = code;
    this.headers = headers;
  }

  respond(c: Context): Response {
    for (const [name, value] of Object.entries(this.headers)) c.header(name, value);
    const requestId: string = c.get("requestId");
    return c.json(
      { error: { code: this.code, message: this.message, requestId } },
      this.status as ContentfulStatusCode,
    );
  }
}
