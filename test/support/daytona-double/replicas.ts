import { afterEach, beforeEach } from "bun:test";
import { DaytonaDouble } from "./daytona-double.ts";
import { MemorySessions } from "./ports.ts";
import { openReplica, type Replica, type ReplicaOptions } from "./replica.ts";

/** Daytona's double, and replicas that share it and the sessions of a backend. */
export interface DaytonaReplicas {
  readonly double: DaytonaDouble;
  readonly sessions: MemorySessions;
  open(options?: Partial<ReplicaOptions>): Replica;
  /** Creates a session's sandbox in an execution that ends. @returns the sandbox's id */
  earlier(replica: Replica): Promise<string>;
  /** How many sandboxes Daytona was asked to create. */
  creations(): number;
}

/** New ones for each test of a file. Call it outside of tests. */
export function daytonaReplicas(): DaytonaReplicas {
  let double: DaytonaDouble;
  let sessions: MemorySessions;
  const replicas: Replica[] = [];
  beforeEach(() => {
    double = new DaytonaDouble();
    sessions = new MemorySessions("ses-1", "ses-2");
  });
  afterEach(async () => {
    double.heal();
    await Promise.all(replicas.splice(0).map((replica) => replica.close()));
    await double.stop();
  });
  return {
    get double() {
      return double;
    },
    get sessions() {
      return sessions;
    },
    open(options = {}) {
      const replica = openReplica({ double, sessions, ...options });
      replicas.push(replica);
      return replica;
    },
    async earlier(replica) {
      const handle = await replica.acquire();
      await handle.sandbox.writeFile("earlier.txt", "yes");
      await handle.release();
      return handle.sandbox.id;
    },
    creations: () => double.count(/^POST \/sandbox$/),
  };
}
