import type { ReplicaLocks } from "../sandbox/daytona/index.ts";
import type { Measures } from "../shared/measures.ts";

/** Locks whose waits are measured, those that end without the lock included. */
export function measuredLocks(
  locks: ReplicaLocks,
  measures: Pick<Measures, "sandboxLockWaited"> | undefined,
): ReplicaLocks {
  if (measures === undefined) return locks;
  return {
    acquire: async (name, signal) => {
      const startedAt = performance.now();
      try {
        return await locks.acquire(name, signal);
      } finally {
        measures.sandboxLockWaited(performance.now() - startedAt);
      }
    },
  };
}
