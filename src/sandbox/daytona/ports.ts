/** What sandboxes at Daytona need of the rest of the platform. */

/** Which sandbox a session has. All replicas see the same. */
export interface SessionSandboxes {
  /**
   * @returns what is known of the session; `undefined` where there is no such session (any more)
   * @throws where it cannot be found out
   */
  getSandbox(sessionId: string, signal?: AbortSignal): Promise<{ readonly sandboxId?: string } | undefined>;
  /** Writes it down. @throws where that is not possible */
  setSandbox(sessionId: string, sandboxId: string, signal?: AbortSignal): Promise<void>;
}

/** Things that one replica at a time may do. */
export interface ReplicaLocks {
  /** Waits for it. @returns what gives it back @throws where it cannot be had */
  acquire(name: string, signal?: AbortSignal): Promise<() => Promise<void>>;
}

/**
 * Which organization at Daytona the group's sandboxes are in. A runner with the key of another one finds none of them: what
 * it took for gone would be replaced by empty ones.
 */
export interface GroupOrganization {
  /** Writes it down, unless it is known. @returns the one that is known @throws where that cannot be found out */
  bind(organizationId: string): Promise<string>;
  /** How an operator says that it has changed. */
  readonly rebindRemedy: string;
}
