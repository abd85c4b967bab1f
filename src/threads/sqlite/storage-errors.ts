import type { DatabaseHealth } from "../../shared/database-health.ts";
import type { CheckpointStorage } from "../checkpoint-storage.ts";
import { ThreadError } from "../thread-error.ts";

/** Wraps a storage so that its errors name the file, what is wrong with it and what to do. */
export function withStorageErrors(storage: CheckpointStorage, health: DatabaseHealth): CheckpointStorage {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        if (isAsyncIterable(result)) return itemsWithStorageErrors(result, health);
        return Promise.resolve(result).catch((error: unknown) => {
          throw toStorageError(error, health);
        });
      };
    },
  });
}

/** Converts a database failure into an error for users. Other errors are returned unchanged. */
export function toStorageError(error: unknown, health: DatabaseHealth): unknown {
  const failure = health.failed(error);
  if (failure === undefined) return error;
  const remedies = [...failure.remedies, "Then send the message again."];
  return new ThreadError("unavailable", `The agent's memory is not available: ${failure.message}`, error, remedies);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

async function* itemsWithStorageErrors(items: AsyncIterable<unknown>, health: DatabaseHealth): AsyncGenerator<unknown> {
  try {
    yield* items;
  } catch (error) {
    throw toStorageError(error, health);
  }
}
