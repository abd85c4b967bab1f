/** How the runner authenticates at the Stigmer backend. */
export interface Credentials {
  /** The API key for the next call. */
  apiKey(): string;
}

/** A key that never changes, as in local mode. */
export function fixedKey(key: string): Credentials {
  return { apiKey: () => key };
}
