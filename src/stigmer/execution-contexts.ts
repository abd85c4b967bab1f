import type { StigmerClient } from "./client.ts";
import { hasSecretsInContext } from "./execution-secrets.ts";
import type { ResourceReader } from "./read-resources.ts";
import { StigmerError, type StigmerErrorCode } from "./stigmer-error.ts";
import type { AgentExecution, ExecutionContext } from "./wire.ts";

/** Answers for a context that does not exist, or that the runner may not know of. */
const ABSENT: ReadonlySet<StigmerErrorCode> = new Set(["not-found", "permission-denied", "unimplemented", "invalid"]);

/** Backends without execution contexts. They are not asked again while this process runs. */
const withoutContexts = new WeakSet<StigmerClient>();

/**
 * The execution context of one execution: variables that are kept beside it, and win over its own. It is asked for once
 * there is a sign that the execution has variables, while other resources are still being read.
 */
export class ExecutionContexts {
  readonly #client: StigmerClient;
  readonly #read: ResourceReader;
  readonly #execution: AgentExecution;
  #found: Promise<ExecutionContext | undefined> | undefined;

  constructor(client: StigmerClient, read: ResourceReader, execution: AgentExecution) {
    this.#client = client;
    this.#read = read;
    this.#execution = execution;
    const hasVariables = Object.keys(execution.spec?.runtimeEnv ?? {}).length > 0;
    if (hasVariables || hasSecretsInContext(execution)) this.ask();
  }

  /** Begins to read the context, unless that has begun. */
  ask(): void {
    this.#found ??= hasSecretsInContext(this.#execution) ? this.#required() : this.#possible();
    // It is reported by `found`, which is not called if another resource fails first.
    this.#found.catch(() => undefined);
  }

  /**
   * @returns `undefined` if there is none
   * @throws StigmerError if it could not be read: an agent without its secrets would fail in ways that nobody understands
   */
  async found(): Promise<ExecutionContext | undefined> {
    return await this.#found;
  }

  /** The context that the execution refers to. */
  async #required(): Promise<ExecutionContext> {
    const { id, org } = this.#names();
    const context = await this.#read.executionContext(org, id);
    if (isOf(context, id)) return context;
    throw new StigmerError(
      "not-found",
      "The secrets of this execution could not be read: what has its name belongs to another execution. Send the message again.",
    );
  }

  /** A context that has one of the usual names. */
  async #possible(): Promise<ExecutionContext | undefined> {
    if (withoutContexts.has(this.#client)) return undefined;
    const { id, org } = this.#names();
    const organizations = org === "" ? [""] : [org, ""];
    const candidates = organizations.flatMap((each) => [id, `exec-ctx-${id}`].map((slug) => [each, slug] as const));
    const found = await Promise.all(candidates.map(([each, slug]) => this.#candidate(each, slug)));
    return found.find((context) => context !== undefined && isOf(context, id));
  }

  async #candidate(org: string, slug: string): Promise<ExecutionContext | undefined> {
    try {
      return await this.#read.executionContext(org, slug);
    } catch (error) {
      if (!(error instanceof StigmerError) || !ABSENT.has(error.code)) throw error;
      if (error.code === "unimplemented") withoutContexts.add(this.#client);
      return undefined;
    }
  }

  #names(): { readonly id: string; readonly org: string } {
    const { id = "", org = "" } = this.#execution.metadata ?? {};
    return { id, org };
  }
}

/** Whether a context belongs to an execution: one of another execution may have the same slug. */
function isOf({ metadata, spec }: ExecutionContext, id: string): boolean {
  const owner = spec?.executionId ?? "";
  return owner === id || (owner === "" && metadata?.slug === id);
}
