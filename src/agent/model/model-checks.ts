import * as v from "valibot";
import type { ModelConfig } from "../../config/index.ts";
import { silentLogger } from "../../log/index.ts";
import { askModels, askOllamaModel, KEYED, type KeyedProvider, modelsUrl } from "../../providers/index.ts";
import { type Check, type CheckResult, checkOf, passed, refused, refusedBy, warned } from "../../shared/check.ts";
import { unreachable } from "../../shared/errors.ts";
import { fetchFailure } from "../../shared/fetch-failure.ts";
import { nearest } from "../../shared/nearest.ts";
import { parseJson } from "../../shared/parse-json.ts";
import { apiKey, missingKey } from "./api-keys.ts";
import { BaseUrl, ollamaUrl, shownUrl } from "./base-url.ts";
import { chooseModel, defaultProvider, fallbackModel, type ModelChoice } from "./model-choice.ts";
import { scriptProblem } from "./model-health.ts";
import { OLLAMA_CONTEXT_TOKENS } from "./ollama-context.ts";
import { ollamaProblem } from "./ollama-problem.ts";

/** Two questions fit into the limit of a check. */
const LIMIT_MS = 2_200;
const AREA = "models";
const CHOOSE = "Or choose another model with STIGMER_LLM_MODEL or STIGMER_LLM_FALLBACK_MODEL.";

/** Whether the default model, and the one that takes over for it, can be used: without making them answer. */
export function modelChecks(config: ModelConfig | undefined): readonly Check[] {
  const fallback = config && fallbackModel(config);
  return [
    checkOf({ id: "model", area: AREA, title: "model" }, config, (model, signal) =>
      modelResult(model, chooseModel(model), "default", signal),
    ),
    ...(config === undefined || fallback === undefined
      ? []
      : [
          {
            id: "model.fallback",
            area: AREA,
            title: "fallback model",
            run: async (signal: AbortSignal) => await modelResult(config, fallback, "fallback", signal),
          },
        ]),
  ];
}

type Role = "default" | "fallback";
type ModelsAnswer = Awaited<ReturnType<typeof askModels>>;

async function modelResult(
  config: ModelConfig,
  { provider, model }: ModelChoice,
  role: Role,
  signal: AbortSignal,
): Promise<CheckResult> {
  switch (provider) {
    case "ollama":
      return await ollamaResult(ollamaUrl(config), model, role, signal);
    case "anthropic":
    case "openai":
      return await keyedResult(config, provider, model, signal);
    case "scripted": {
      const problem = await scriptProblem(config.script);
      return problem === undefined ? passed(`a script: ${config.script}`) : refused(problem.reason, problem.remedies);
    }
    default:
      return unreachable(provider);
  }
}

async function ollamaResult(url: string, model: string, role: Role, signal: AbortSignal): Promise<CheckResult> {
  const problem = await ollamaProblem(url, model, role);
  if (problem !== undefined) return refused(problem.reason, problem.remedies);
  const shown = `${model} of Ollama at ${shownUrl(url)}`;
  const info = await askOllamaModel(url, model, { limitMs: LIMIT_MS, signal }).catch(() => undefined);
  if (info?.capabilities !== undefined && !info.capabilities.includes("tools"))
    return refused(`${shown} cannot call tools, which agents need`, [
      "Choose a model that can: https://ollama.com/search?c=tools",
    ]);
  const context = info?.contextTokens;
  if (context === undefined) return passed(shown);
  const tokens = `${context.toLocaleString("en")} tokens`;
  if (context >= OLLAMA_CONTEXT_TOKENS) return passed(`${shown}, context of ${tokens}`);
  return warned(
    `${shown} has a context of ${tokens}, and agents use ${OLLAMA_CONTEXT_TOKENS.toLocaleString("en")}: it will forget the beginning of long conversations, tools included`,
    ["Choose a model with a longer context."],
  );
}

async function keyedResult(
  config: ModelConfig,
  provider: KeyedProvider,
  model: string,
  signal: AbortSignal,
): Promise<CheckResult> {
  const key = apiKey(config, provider);
  if (key === undefined) return refusedBy(missingKey(provider, model));
  const isDefault = defaultProvider(config) === provider;
  const baseUrl = isDefault ? await new BaseUrl(config, silentLogger).resolve() : undefined;
  const { name, variable } = KEYED[provider];
  const question = { key, baseUrl, signal, limitMs: LIMIT_MS };
  const where = shownUrl(modelsUrl(provider, { baseUrl }));
  let list: ModelsAnswer;
  let one: ModelsAnswer;
  try {
    [list, one] = await Promise.all([
      askModels(provider, { ...question, limit: 1000 }),
      askModels(provider, { ...question, model }),
    ]);
  } catch (error) {
    return refused(`${name} does not answer at ${where}: ${fetchFailure(error, LIMIT_MS)}`, [
      "Check that this network lets the runner connect to it, and the proxy if there is one.",
      ...(baseUrl === undefined ? [] : ["Check STIGMER_LLM_BASE_URL."]),
    ]);
  }
  if ([list, one].some(({ status }) => status === 401 || status === 403)) {
    const used = isDefault && config.apiKey !== undefined ? "STIGMER_LLM_API_KEY" : variable;
    return refused(`${name} refuses the API key (${used})`, [
      `Put a valid key of ${name} into ${used}.`,
      ...(baseUrl === undefined ? [] : ["Or let STIGMER_LLM_BASE_URL name the server that the key is for."]),
    ]);
  }
  const names = namesOf(list);
  if (isModel(one) || names?.includes(model)) return passed(`${model} of ${name}; the key is accepted`);
  if (names !== undefined && one.status === 404) {
    const meant = nearest(model, names);
    return refused(`${name} has no model '${model}' for this key`, [
      ...(meant === undefined ? [] : [`Did you mean ${meant}?`]),
      CHOOSE,
    ]);
  }
  const statuses = list.status === one.status ? list.status : `${list.status} and ${one.status}`;
  const odd = [list, one].some(({ status }) => status === 200) ? `, but not as ${name} does` : "";
  return warned(`whether ${name} has the model ${model} is not known: ${where} answers ${statuses}${odd}`, [
    "If executions work, the server has no list of its models. If not, look at its status page, and at STIGMER_LLM_BASE_URL.",
  ]);
}

const MODEL = v.object({ id: v.string() });
const LIST = v.object({ data: v.array(MODEL) });

/** Whatever its id is: the one asked for may be an alias. */
function isModel({ status, text }: ModelsAnswer): boolean {
  return status === 200 && v.is(MODEL, parseJson(text));
}

/** @returns `undefined` if it is no list of models */
function namesOf({ status, text }: ModelsAnswer): readonly string[] | undefined {
  const list = status === 200 ? v.safeParse(LIST, parseJson(text)) : undefined;
  return list?.success === true ? list.output.data.map(({ id }) => id) : undefined;
}
