import type { ExecutionBook } from "./executions.ts";
import type { MethodHandlers } from "./grpc-methods.ts";
import type { ResourceStore } from "./resource-store.ts";

/** What the services answer with. */
export interface Parts {
  readonly store: ResourceStore;
  readonly executions: ExecutionBook;
  readonly on: MethodHandlers;
}
