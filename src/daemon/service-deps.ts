import type { ExecutionService } from "./executions.ts";
import type { MethodHandlers } from "./grpc-methods.ts";
import type { ResourceStore } from "./resource-store.ts";

/** Dependencies of the services. */
export interface ServiceDeps {
  readonly store: ResourceStore;
  readonly executions: ExecutionService;
  readonly on: MethodHandlers;
}
