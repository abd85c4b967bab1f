import type { ExecutionService } from "./executions.ts";
import type { MethodHandlers } from "./grpc-methods.ts";
import type { ResourceStore } from "./resource-store.ts";

/** What the services answer with. */
export interface ServiceDeps {
  readonly store: ResourceStore;
  readonly executions: ExecutionService;
  readonly on: MethodHandlers;
}
