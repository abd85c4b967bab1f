import { readFile } from "node:fs/promises";
import type { ModelConfig } from "../../config/index.ts";
import { boundedFetch } from "../../shared/bounded-fetch.ts";
import { messageOf, unreachable } from "../../shared/errors.ts";
import { degraded, degradedBy, type HealthCheck, type HealthProblem } from "../../shared/health.ts";
import { AgentError } from "../agent-error.ts";
import { apiKey, type KeyedProvider, missingKey } from "./api-keys.ts";
import { type BaseUrl, ollamaUrl, shownUrl } from "./base-url.ts";
import { chooseModel } from "./model-choice.ts";
import { noScript } from "./script-errors.ts";

/** How long a result is cached. The health monitor asks more often. */
const CACHE_MS = { good: 60_000, bad: 10_000 };
const ASK_LIMIT_MS = 2_000;

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
        return await ollamaProblem(ollamaUrl(this.#config), model);
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

async function ollamaProblem(url: string, model: string): Promise<HealthProblem | undefined> {
  const choose = "Or choose another model with STIGMER_LLM_MODEL or STIGMER_LLM_PROVIDER.";
  let answer: { readonly status: number; readonly text: string };
  try {
    answer = await boundedFetch(`${url.replace(/\/+$/, "")}/api/tags`, { limitMs: ASK_LIMIT_MS });
  } catch {
    return degraded(`The default model '${model}' needs Ollama, which is not reachable at ${shownUrl(url)}.`, [
      "Start it with `ollama serve`, or set OLLAMA_BASE_URL.",
      choose,
    ]);
  }
  const models = modelNames(answer.text);
  if (answer.status !== 200 || models === undefined)
    return degraded(
      `The default model '${model}' needs Ollama, but the server at ${shownUrl(url)} is not Ollama (${answer.status}).`,
      ["Check OLLAMA_BASE_URL.", choose],
    );
  const wanted = model.toLowerCase();
  if (models.some((name) => [wanted, `${wanted}:latest`].includes(name.toLowerCase()))) return undefined;
  return degraded(`Ollama at ${shownUrl(url)} has no model '${model}', which is the default one.`, [
    `Get it with \`ollama pull ${model}\`.`,
    choose,
  ]);
}

function modelNames(text: string): string[] | undefined {
  try {
    const { models } = JSON.parse(text) as { models?: unknown };
    if (!Array.isArray(models)) return undefined;
    return models.flatMap((model: unknown) => {
      const name = (model as { name?: unknown } | null)?.name;
      return typeof name === "string" ? [name] : [];
    });
  } catch {
    return undefined;
  }
}

async function scriptProblem(file: string | undefined): Promise<HealthProblem | undefined> {
  if (file === undefined) return degradedBy(noScript());
  const { parseScript } = await import("./script.ts");
  try {
    parseScript(await readFile(file, "utf8"), file);
    return undefined;
  } catch (error) {
    return error instanceof AgentError ? degradedBy(error) : degraded(messageOf(error), ["Check STIGMER_LLM_SCRIPT."]);
  }
}
