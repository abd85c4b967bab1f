/** Everything that a client can use of the admin server. docs/admin-api.md lists the limits. */
export const LIMITS = {
  /** Request line and headers, in bytes. */
  headerBytes: 16 * 1024,
  /** Path and query, in characters. */
  urlLength: 8 * 1024,
  /** Bodies of requests say little: a mode, a level, a token. */
  bodyBytes: 64 * 1024,
  /** From the first byte of a request, or from its connection, until its header is complete. */
  headerMs: 5_000,
  /** Until its body is complete. */
  requestMs: 10_000,
  /** How long a connection stays open without a request. */
  idleMs: 10_000,
  /** How long a client may take to read an answer, or one message of a stream. */
  readMs: 10_000,
  /** Open connections. Far more than probes and people need, and far fewer than files may be open. */
  connections: 256,
  /** Requests on one connection that are sent before the answers to earlier ones were read. */
  pipelined: 4,
  /** How often times are checked: a limit is exceeded by at most this. */
  checkEveryMs: 500,
  /** How long a client that was refused may go on sending, so that it reads the reason instead of a reset. */
  lingerMs: 1_000,
} as const;

/** Tests use smaller ones. */
export type ServerLimits = { readonly [Name in keyof typeof LIMITS]: number };
