import type { Logger } from "../log/index.ts";
import { DatabaseHealth } from "../shared/database-health.ts";
import { systemCode } from "../shared/errors.ts";
import { databaseError, openDatabase } from "../shared/open-database.ts";
import { LiveExecutions } from "./live-executions.ts";
import { upgrade } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";

/** The daemon's opened file. */
export interface Resources {
  readonly store: ResourceStore;
  readonly health: DatabaseHealth;
  readonly live: LiveExecutions;
  close(): void;
}

/**
 * Opens the daemon's file, migrates it and reads the executions that have not ended. A damaged page is noticed only when it
 * is read, in any of these steps.
 * @throws DatabaseError
 */
export function openResources(file: string, log: Logger): Resources {
  const database = openDatabase(file);
  try {
    const health = new DatabaseHealth(file, database);
    const store = new ResourceStore(database);
    upgrade(store);
    const live = new LiveExecutions(store, log, health);
    live.resume();
    return { store, health, live, close: () => database.close() };
  } catch (error) {
    database.close();
    // Without a code it is a defect of this program, whose stack is needed.
    throw systemCode(error) === undefined ? error : databaseError(file, error);
  }
}
