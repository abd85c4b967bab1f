/** What sandboxes at Daytona need from the platform. */

/** The sandbox of each session. All replicas see the same. */
export interface SessionSandboxes {
  /**
   * @returns the session; `undefined` if it does not exist
   * @throws if the answer is unknown
   */
  getSandbox(sessionId: string, signal?: AbortSignal): Promise<{ readonly sandboxId?: string } | undefined>;
  /** @throws if it could not be stored */
  setSandbox(sessionId: string, sandboxId: string, signal?: AbortSignal): Promise<void>;
}

/** Locks that one replica holds at a time. */
export interface ReplicaLocks {
  /** Waits for a lock. @returns a function that releases it @throws if it cannot be acquired */
  acquire(name: string, signal?: AbortSignal): Promise<() => Promise<void>>;
}

/**
 * The organization at Daytona that has the group's sandboxes. A runner with the key of another one finds none of them,
 * and would replace all by empty ones.
 */
export interface GroupOrganization {
  /** Stores it, unless one is stored. @returns the stored one @throws if that is unknown */
  bind(organizationId: string): Promise<string>;
  /** How an operator confirms that it has changed. */
  readonly rebindRemedy: string;
}
