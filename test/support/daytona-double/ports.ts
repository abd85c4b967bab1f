import type { GroupOrganization, ReplicaLocks, SessionSandboxes } from "../../../src/sandbox/daytona/index.ts";
import { KeyedMutex } from "../../../src/shared/keyed-mutex.ts";

/** Sessions and their sandboxes, in memory. */
export class MemorySessions implements SessionSandboxes {
  readonly sandboxes = new Map<string, string | undefined>();
  /** Writing fails with this error. */
  broken: Error | undefined;

  constructor(...ids: string[]) {
    for (const id of ids) this.sandboxes.set(id, undefined);
  }

  async getSandbox(sessionId: string): Promise<{ readonly sandboxId?: string } | undefined> {
    if (!this.sandboxes.has(sessionId)) return undefined;
    const sandboxId = this.sandboxes.get(sessionId);
    return sandboxId === undefined ? {} : { sandboxId };
  }

  async setSandbox(sessionId: string, sandboxId: string): Promise<void> {
    if (this.broken !== undefined) throw this.broken;
    this.sandboxes.set(sessionId, sandboxId);
  }
}

/** Locks in memory. */
export function memoryLocks(): ReplicaLocks {
  const mutex = new KeyedMutex();
  return {
    acquire: async (name, signal) => {
      const release = await mutex.acquire(name, signal);
      return async () => release();
    },
  };
}

/** The organization of a group, in memory. */
export function memoryOrganization(first?: string): GroupOrganization {
  let bound = first;
  return {
    bind: async (organizationId) => {
      bound ??= organizationId;
      return bound;
    },
    rebindRemedy: "Delete the key.",
  };
}
