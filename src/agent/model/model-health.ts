import { readFile } from "node:fs/promises";
import type { ModelConfig } from "../../config/index.ts";
import type { KeyedProvider } from "../../providers/index.ts";
import { messageOf, unreachable } from "../../shared/errors.ts";
import { degraded, degradedBy, type HealthCheck, type HealthProblem } from "../../shared/health.ts";
import { AgentError } from "../agent-error.ts";
import { apiKey, missingKey } from "./api-keys.ts";
import { type BaseUrl, ollamaUrl } from "./base-url.ts";
import { chooseModel } from "./model-choice.ts";
import { ollamaProblem } from "./ollama-problem.ts";
import { noScript } from "./script-errors.ts";

/** How long a result is cached. The health monitor asks more often. */
const CACHE_MS = { good: 60_000, bad: 10_000 };

/**
 * Checks whether the default model can be used. It makes only requests that cost nothing; whether a key is accepted is known
 * from executions.
 */
export class ModelHealth implements HealthCheck {
  readonly name = "model";
  readonly #config: ModelConfig;
  readonly #baseUrl: BaseUrl;
  readonly #cacheMs: typeof CACHE_MS;
  /** By provider: the refusal of its key. */
  readonly #refusedKeys = new Map<string, AgentError>();
  #last: { readonly problem: HealthProblem | undefined; readonly at: number } | undefined;

  constructor(config: ModelConfig, baseUrl: BaseUrl, cacheMs = CACHE_MS) {
    this.#config = config;
    this.#baseUrl = baseUrl;
    this.#cacheMs = cacheMs;
  }

  async check(): Promise<HealthProblem | undefined> {
    const { provider } = chooseModel(this.#config);
    const refused = this.#refusedKeys.get(provider);
    if (refused !== undefined) return degradedBy(refused);
    const cacheMs = this.#last?.problem === undefined ? this.#cacheMs.good : this.#cacheMs.bad;
    if (this.#last === undefined || Date.now() - this.#last.at >= cacheMs) {
      const problem = await this.#ask().catch((error: unknown) => degraded(`The check failed: ${messageOf(error)}`));
      this.#last = { problem, at: Date.now() };
    }
    return this.#last.problem;
  }

  /** A call was refused because of its key. */
  keyRefused(provider: string, refusal: AgentError): void {
    this.#refusedKeys.set(provider, refusal);
  }

  /** A call succeeded. */
  keyAccepted(provider: string): void {
    this.#refusedKeys.delete(provider);
  }

  async #ask(): Promise<HealthProblem | undefined> {
    const { provider, model } = chooseModel(this.#config);
    switch (provider) {
      case "ollama":
        return await ollamaProblem(ollamaUrl(this.#config), model, "default");
      case "anthropic":
      case "openai":
        return await this.#keyProblem(provider, model);
      case "scripted":
        return await scriptProblem(this.#config.script);
      default:
        return unreachable(provider);
    }
  }

  async #keyProblem(provider: KeyedProvider, model: string): Promise<HealthProblem | undefined> {
    // Resolved and logged at the start, not with the first execution.
    await this.#baseUrl.resolve();
    return apiKey(this.#config, provider) === undefined ? degradedBy(missingKey(provider, model)) : undefined;
  }
}

/** Whether the file of the provider `scripted` can be used. */
export async function scriptProblem(file: string | undefined): Promise<HealthProblem | undefined> {
  if (file === undefined) return degradedBy(noScript());
  const { parseScript } = await import("./script.ts");
  try {
    parseScript(await readFile(file, "utf8"), file);
    return undefined;
  } catch (error) {
    return error instanceof AgentError ? degradedBy(error) : degraded(messageOf(error), ["Check STIGMER_LLM_SCRIPT."]);
  }
}
