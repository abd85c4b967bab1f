import { messageOf } from "../../../shared/errors.ts";
import {
  ApiResourceKind,
  type ApiResourceReference,
  EnvironmentQueryController,
  SkillQueryController,
  type StigmerClient,
  StigmerError,
} from "../../../stigmer/index.ts";

/** How long the server may take for an answer: a check should not wait long for a server that it hardly needs. */
const TIMEOUT_MS = 5_000;

/** Looks for resources on the server, if there is one. After the first failure it asks no more. */
export class ServerLookup {
  readonly #client: () => StigmerClient;
  readonly #signal: AbortSignal;
  #failure: string | undefined;
  /** What it was asked for in vain. */
  readonly skipped: string[] = [];

  constructor(client: () => StigmerClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Why the server could not be asked. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether a skill is there; undefined if the server could not be asked. */
  async hasSkill(reference: ApiResourceReference): Promise<boolean | undefined> {
    const request = { ...reference, kind: ApiResourceKind.skill };
    const { getByReference } = SkillQueryController.method;
    const options = { signal: this.#signal, timeoutMs: TIMEOUT_MS };
    return await this.#ask(
      `skill ${reference.slug}`,
      async (client) => await client.isFound(getByReference, request, options),
    );
  }

  /** The variables of an environment and whether they are secrets; `missing` if there is no such environment. */
  async variables(reference: ApiResourceReference): Promise<ReadonlyMap<string, boolean> | "missing" | undefined> {
    const request = { ...reference, kind: ApiResourceKind.environment };
    const { getByReference } = EnvironmentQueryController.method;
    return await this.#ask(`environment ${reference.slug}`, async (client) => {
      try {
        const { spec } = await client.call(getByReference, request, { signal: this.#signal, timeoutMs: TIMEOUT_MS });
        return new Map(Object.entries(spec?.data ?? {}).map(([name, { isSecret }]) => [name, isSecret]));
      } catch (error) {
        if (error instanceof StigmerError && error.code === "not-found") return "missing";
        throw error;
      }
    });
  }

  async #ask<T>(what: string, question: (client: StigmerClient) => Promise<T>): Promise<T | undefined> {
    try {
      if (this.#failure === undefined) return await question(this.#client());
    } catch (error) {
      if (!(error instanceof StigmerError)) throw error;
      this.#failure = messageOf(error);
    }
    this.skipped.push(what);
    return undefined;
  }
}
