/** Decides which addresses may be connected to in the name of a user. */
export interface AddressPolicy {
  /** @throws RunnerError with what is not allowed, and what to use instead */
  check(url: URL): Promise<void>;
}
