import type { DatabaseHealth } from "../../shared/database-health.ts";
import type { CheckpointRows } from "../checkpoint-rows.ts";
import { ThreadError } from "../thread-error.ts";

/** The same rows, whose failures name the file, what is wrong with it and what to do. */
export function wordedRows(rows: CheckpointRows, health: DatabaseHealth): CheckpointRows {
  return new Proxy(rows, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      // The one method that returns no promise; it only reads.
      if (name === "list") return member.bind(target);
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return await (Reflect.apply(member, target, args) as Promise<unknown>);
        } catch (error) {
          const problem = health.failed(error);
          if (problem === undefined) throw error;
          throw new ThreadError(`The agent's memory is not available: ${problem} Then send the message again.`, error);
        }
      };
    },
  });
}
