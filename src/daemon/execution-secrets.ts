import { create } from "@bufbuild/protobuf";
import {
  type AgentExecution,
  ApiResourceMetadataSchema,
  type ExecutionContext,
  ExecutionContextSchema,
  ExecutionContextSpecSchema,
  ExecutionValueSchema,
  SECRETS_ANNOTATION,
  SECRETS_IN_CONTEXT,
} from "../stigmer/index.ts";

/**
 * The secrets of executions whose agent has not started. They are kept in memory only, neither in the daemon's file nor in
 * Temporal's history. A runner reads them as the execution context named by the execution's id, again if the answer was
 * lost.
 */
export class ExecutionSecrets {
  readonly #contexts = new Map<string, ExecutionContext>();

  /** Stores the secrets of an execution. @returns the execution without them, with a reference to them */
  hold(executionId: string, { metadata, spec, ...execution }: AgentExecution): AgentExecution {
    const env = spec?.runtimeEnv ?? {};
    const secrets = Object.entries(env).filter(([, { value, isSecret }]) => isSecret && value !== "");
    if (spec === undefined || secrets.length === 0) return { metadata, spec, ...execution };
    const org = metadata?.org ?? "";
    this.#contexts.set(
      executionId,
      create(ExecutionContextSchema, {
        metadata: { name: executionId, slug: executionId, org },
        spec: create(ExecutionContextSpecSchema, { executionId, data: Object.fromEntries(secrets) }),
      }),
    );
    const none = create(ExecutionValueSchema, { isSecret: true });
    const withoutValues = Object.fromEntries(secrets.map(([name]) => [name, none]));
    const known = metadata ?? create(ApiResourceMetadataSchema);
    return {
      ...execution,
      metadata: { ...known, annotations: { ...known.annotations, [SECRETS_ANNOTATION]: SECRETS_IN_CONTEXT } },
      spec: { ...spec, runtimeEnv: { ...env, ...withoutValues } },
    };
  }

  get(executionId: string): ExecutionContext | undefined {
    return this.#contexts.get(executionId);
  }

  forget(executionId: string): void {
    this.#contexts.delete(executionId);
  }
}
