import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { RunnerError } from "../shared/runner-error.ts";

/** Why a request is refused. */
export type AdminErrorCode =
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "method-not-allowed"
  | "internal"
  | "invalid-request"
  | "conflict"
  | "too-many-requests"
  | "request-timeout"
  | "payload-too-large"
  | "uri-too-long"
  | "unsupported-media-type"
  | "expectation-failed"
  | "headers-too-large";

const STATUS: Readonly<Record<AdminErrorCode, ContentfulStatusCode>> = {
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  internal: 500,
  "invalid-request": 400,
  conflict: 409,
  "too-many-requests": 429,
  "request-timeout": 408,
  "payload-too-large": 413,
  "uri-too-long": 414,
  "unsupported-media-type": 415,
  "expectation-failed": 417,
  "headers-too-large": 431,
};

/** A refused request. All of them have the same body: code, message and request id. */
export class AdminError extends RunnerError<AdminErrorCode> {
  override readonly name = "AdminError";
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: AdminErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, message);
    this.headers = headers;
  }

  respond(c: Context): Response {
    for (const [name, value] of Object.entries(this.headers)) c.header(name, value);
    const requestId: string = c.get("requestId");
    return c.json({ error: { code: this.code, message: this.message, requestId } }, STATUS[this.code]);
  }
}
