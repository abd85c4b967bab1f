/** What the runner shows the Stigmer backend. */
export interface Credentials {
  /** The API key for the next call. */
  apiKey(): string;
}

/** A key that stays what it is. */
export function fixedKey(key: string): Credentials {
  return { apiKey: () => key };
}
