/** Why a server cannot be reached. */
export interface NetworkFailure {
  readonly code: "refused" | "unknown-host";
  /** The cause as the end of a sentence. */
  readonly message: string;
}

/** The system's codes of errors that mean that nothing answers at an address. */
export const UNREACHABLE_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** What the system's code of an error says of a connection; `undefined` if the code is another one. */
export function networkFailure(code: string | undefined): NetworkFailure | undefined {
  if (code === "ECONNREFUSED") return { code: "refused", message: "connection refused: nothing listens there" };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return { code: "unknown-host", message: "the host name is unknown" };
  return undefined;
}
