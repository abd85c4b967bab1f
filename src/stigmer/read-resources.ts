import type { DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { retry } from "../shared/retry.ts";
import type { CallOptions, StigmerClient } from "./client.ts";
import { StigmerError } from "./stigmer-error.ts";
import {
  type Agent,
  type AgentInstance,
  AgentInstanceQueryController,
  AgentQueryController,
  ApiResourceKind,
  type ApiResourceReference,
  type Environment,
  EnvironmentQueryController,
  type ExecutionContext,
  ExecutionContextQueryController,
  type Session,
  SessionQueryController,
  type Skill,
  SkillQueryController,
} from "./wire.ts";

/** Attempts that bridge a restart of the backend. */
const RETRY = { retries: 6, initialMs: 250, maxMs: 5_000 };
/** A file takes longer to arrive. */
const FILE_TIMEOUT_MS = 120_000;
const FILE_RETRIES = 2;

/**
 * Reads the resources that an execution refers to. A call is repeated if that may help.
 * All functions throw a StigmerError that names the resource, or the signal's reason.
 */
export class ResourceReader {
  readonly #client: StigmerClient;
  readonly #signal: AbortSignal;

  constructor(client: StigmerClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  async session(id: string): Promise<Session> {
    return await this.#read(`session ${id}`, SessionQueryController.method.get, { value: id });
  }

  async agentInstance(id: string): Promise<AgentInstance> {
    return await this.#read(`agent instance ${id}`, AgentInstanceQueryController.method.get, { value: id });
  }

  async agent(id: string): Promise<Agent> {
    return await this.#read(`agent ${id}`, AgentQueryController.method.get, { value: id });
  }

  async environment(reference: ApiResourceReference): Promise<Environment> {
    // References to environments arrive with the kind of another resource, which the backend refuses.
    const request = { ...reference, kind: ApiResourceKind.environment };
    const { getByReference } = EnvironmentQueryController.method;
    return await this.#read(`environment ${reference.slug}`, getByReference, request);
  }

  /** Variables of one execution. A daemon forgets them when the agent begins to work. */
  async executionContext(org: string, slug: string): Promise<ExecutionContext> {
    const request = { org, slug, kind: ApiResourceKind.execution_context };
    const { getByReference } = ExecutionContextQueryController.method;
    return await this.#read("secrets of this execution", getByReference, request);
  }

  async skill(what: string, reference: Pick<ApiResourceReference, "org" | "slug" | "version">): Promise<Skill> {
    const { getByReference } = SkillQueryController.method;
    return await this.#read(what, getByReference, { ...reference, kind: ApiResourceKind.skill });
  }

  async skillArtifact(what: string, artifactStorageKey: string): Promise<Uint8Array> {
    const options = { isFile: true, timeoutMs: FILE_TIMEOUT_MS };
    const { getArtifact } = SkillQueryController.method;
    return (await this.#read(what, getArtifact, { artifactStorageKey }, options, FILE_RETRIES)).artifact;
  }

  async #read<M extends DescMethodUnary>(
    what: string,
    method: M,
    request: MessageInitShape<M["input"]>,
    options: CallOptions = {},
    retries = RETRY.retries,
  ): Promise<MessageShape<M["output"]>> {
    const signal = this.#signal;
    const call = () => this.#client.call(method, request, { ...options, signal });
    try {
      return await retry(call, { ...RETRY, retries, signal, isTransient });
    } catch (error) {
      if (!(error instanceof StigmerError)) throw error;
      throw new StigmerError(error.code, `The ${what} could not be read: ${error.message}`, error, error.remedies);
    }
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof StigmerError && error.isTransient;
}
