import type { DatabaseHealth } from "../../shared/database-health.ts";
import type { CheckpointStorage } from "../checkpoint-storage.ts";
import { ThreadError } from "../thread-error.ts";

/** Wraps a storage so that its errors name the file, what is wrong with it and what to do. */
export function withStorageErrors(storage: CheckpointStorage, health: DatabaseHealth): CheckpointStorage {
  const explain = async <T>(result: Promise<T>): Promise<T> => {
    try {
      return await result;
    } catch (error) {
      throw toStorageError(error, health);
    }
  };
  return {
    withSignal: (signal) => withStorageErrors(storage.withSignal?.(signal) ?? storage, health),
    get: (...args) => explain(storage.get(...args)),
    list: (...args) => itemsWithStorageErrors(storage.list(...args), health),
    put: (...args) => explain(storage.put(...args)),
    values: (...args) => explain(storage.values(...args)),
    writes: (...args) => explain(storage.writes(...args)),
    putWrites: (...args) => explain(storage.putWrites(...args)),
    messages: (...args) => explain(storage.messages(...args)),
    sweep: (...args) => explain(storage.sweep(...args)),
    deleteThread: (...args) => explain(storage.deleteThread(...args)),
    maintenance: () => explain(storage.maintenance()),
  };
}

/** Converts a database failure into an error for users. Other errors are returned unchanged. */
export function toStorageError(error: unknown, health: DatabaseHealth): unknown {
  const failure = health.failed(error);
  if (failure === undefined) return error;
  const remedies = [...failure.remedies, "Then send the message again."];
  return new ThreadError("unavailable", `The agent's memory is not available: ${failure.message}`, error, remedies);
}

async function* itemsWithStorageErrors<T>(items: AsyncIterable<T>, health: DatabaseHealth): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw toStorageError(error, health);
  }
}
