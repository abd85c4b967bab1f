/** Decides which addresses may be connected to in the name of a user. */
export interface AddressPolicy {
  /**
   * @returns the addresses that the name in the URL means: a connection must go to one of them, since another look-up may
   *   find others. None if it has no name, one that may mean anything, or one that a proxy looks up.
   * @throws RunnerError with what is not allowed, and what to use instead
   */
  check(url: URL): Promise<readonly string[]>;
}
