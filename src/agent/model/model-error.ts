import type { ModelConfig } from "../../config/index.ts";
import { localhostHint } from "../../shared/container.ts";
import { fetchFailure } from "../../shared/fetch-failure.ts";
import { plainText } from "../../shared/plain-text.ts";
import { sentence } from "../../shared/text.ts";
import { AgentError } from "../agent-error.ts";
import { ollamaUrl, shownUrl } from "./base-url.ts";
import { chainText } from "./error-chain.ts";
import { type FailureKind, failureKind, httpStatus, reportedError } from "./failure-kind.ts";
import type { ModelChoice } from "./model-choice.ts";

const NAMES = { ollama: "Ollama", anthropic: "Anthropic", openai: "OpenAI", scripted: "the script" } as const;

/** A model for messages: `Anthropic's model 'claude-x'`. */
export function modelName({ provider, model }: ModelChoice): string {
  return `${NAMES[provider]}'s model '${model}'`;
}

/**
 * Explains a failed model call in words that a user can act on.
 * @returns `undefined` if the error does not look like one of a model call
 */
export function explainModelError(error: unknown, choice: ModelChoice, config: ModelConfig): AgentError | undefined {
  const { provider, model } = choice;
  const name = NAMES[provider];
  const text = plainText(chainText(error));
  const kind = failureKind(error);
  const status = httpStatus(error);
  const as = (message: string, ...remedies: readonly string[]) =>
    new AgentError("model-call", message, { cause: error, remedies });
  const noAccess = (message: string, ...remedies: readonly string[]) =>
    new AgentError("model-call", message, { cause: error, isReplicaLocal: true, remedies });

  if (kind === "context") {
    return as(
      `The conversation is longer than the context of ${modelName(choice)}: ${sentence(text)}`,
      "Start a new session, or choose a model with a larger context.",
    );
  }
  if (kind === "unreachable") {
    return provider === "ollama"
      ? noAccess(...unreachableOllama(config))
      : noAccess(
          `${name} is not reachable: ${sentence(plainText(fetchFailure(error)))}`,
          "Check the runner's network access.",
        );
  }
  if (provider === "ollama" && (status === 404 || /model .*not found/i.test(text))) {
    return as(
      `Ollama has no model '${model}'.`,
      `Get it with \`ollama pull ${model}\`, or choose another model with STIGMER_LLM_MODEL.`,
    );
  }
  if (provider === "ollama" && /does not support tools/i.test(text)) {
    return as(
      `The model '${model}' cannot call tools, which agents need.`,
      "Choose a model that can, such as qwen2.5-coder:7b.",
    );
  }
  if (kind === "key")
    return noAccess(
      `${name} refuses the API key for the model '${model}' (${status}).`,
      "Check the key of the runner.",
    );
  const told = explainKind(kind, choice, status, text);
  if (told !== undefined) return as(...told);
  if (status !== undefined) return as(`${name} answered ${status} for the model '${model}': ${text}`);
  const reported = reportedError(error);
  if (reported !== undefined) {
    return as(
      `${name} ended its answer with an error: ${sentence(plainText(reported))}`,
      "Send the message again; if that does not help, try later or choose another model.",
    );
  }
  return kind === "broken" ? as(...brokenAnswer(choice, config)) : undefined;
}

/** A message, and what to do about it. */
type Explained = readonly [message: string, remedy: string, ...remedies: string[]];

/** Where the provider said clearly what it is; `undefined` for errors that its own words explain best. */
function explainKind(
  kind: FailureKind,
  choice: ModelChoice,
  status: number | undefined,
  text: string,
): Explained | undefined {
  const name = NAMES[choice.provider];
  const code = status === undefined ? "" : ` (${status})`;
  switch (kind) {
    case "unknown-model":
      return [
        `${name} does not know the model '${choice.model}'${code}.`,
        "Check the name, and whether the API key may use it.",
      ];
    case "quota":
      return [
        `The account of this API key at ${name} has no quota or credit left${code}: ${sentence(text)}`,
        "Check its plan and billing, or choose another provider.",
      ];
    case "rate-limit":
      return [
        `${name} limits the rate of this API key${code}: ${sentence(text)}`,
        `Try again later, run fewer executions at once, or raise the limit at ${name}.`,
      ];
    case "overloaded":
      return [
        `${modelName(choice)} is overloaded or temporarily unavailable${code}: ${sentence(text)}`,
        "Try again later, or choose another model.",
      ];
    case "content":
      return [
        `${name} refuses the content of this conversation${code}: ${sentence(text)}`,
        "Change the request, start a new session, or choose another model.",
      ];
    default:
      return undefined;
  }
}

function unreachableOllama(config: ModelConfig): Explained {
  const url = ollamaUrl(config);
  const hint = localhostHint(url);
  return [
    `Ollama is not reachable at ${shownUrl(url)}.`,
    "Start it with `ollama serve`, set OLLAMA_BASE_URL, or choose another provider with STIGMER_LLM_PROVIDER.",
    ...(hint === undefined ? [] : [hint]),
  ];
}

function brokenAnswer({ provider }: ModelChoice, config: ModelConfig): Explained {
  const check =
    provider === "ollama"
      ? `Ollama at ${shownUrl(ollamaUrl(config))}`
      : `the network between the runner and ${NAMES[provider]}`;
  return [
    "The model's answer broke off before its end.",
    `Send the message again; if it happens again, check ${check}, and any proxy between them.`,
  ];
}
