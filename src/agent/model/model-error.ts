import type { ModelConfig } from "../../config/index.ts";
import { causes, messageOf, systemCode } from "../../shared/errors.ts";
import { AgentError } from "../agent-error.ts";
import { ollamaUrl } from "./chat-model.ts";
import type { ModelChoice } from "./model-choice.ts";

const NAMES = { ollama: "Ollama", anthropic: "Anthropic", openai: "OpenAI", scripted: "the script" } as const;
const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNRESET",
  "ETIMEDOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
  "ConnectionClosed",
]);

/**
 * A failed model call in words a user can act on.
 * @returns `undefined` where the error does not look like one of a model call
 */
export function explainModelError(error: unknown, choice: ModelChoice, config: ModelConfig): AgentError | undefined {
  const { provider, model } = choice;
  const name = NAMES[provider];
  const chain = [...causes(error)];
  const text = chain
    .map(messageOf)
    .filter((part, index, all) => all.indexOf(part) === index)
    .join(": ");
  const as = (message: string) => new AgentError("model-call", message, error);
  const noAccess = (message: string) => new AgentError("model-access", message, error);

  const httpStatus = statusOf(chain);
  const unreachable =
    UNREACHABLE.has(systemCode(error) ?? "") ||
    /ECONNREFUSED|fetch failed|unable to connect|connection error/i.test(text);
  if (unreachable && httpStatus === undefined) {
    if (provider === "ollama") {
      return noAccess(
        `Ollama is not reachable at ${ollamaUrl(config)}: start it with \`ollama serve\`, set OLLAMA_BASE_URL, or choose another provider with STIGMER_LLM_PROVIDER.`,
      );
    }
    return noAccess(`${name} is not reachable: check the runner's network access. (${text})`);
  }
  if (provider === "ollama" && (httpStatus === 404 || /model .*not found/i.test(text))) {
    return as(
      `Ollama has no model '${model}': get it with \`ollama pull ${model}\`, or choose another one with STIGMER_LLM_MODEL.`,
    );
  }
  if (provider === "ollama" && /does not support tools/i.test(text)) {
    return as(
      `The model '${model}' cannot call tools, which agents need: choose one that can, such as qwen2.5-coder:7b.`,
    );
  }
  switch (httpStatus) {
    case undefined:
      return undefined;
    case 401:
    case 403:
      return noAccess(
        `${name} refuses the API key for the model '${model}' (${httpStatus}): check the key that the runner was started with.`,
      );
    case 404:
      return as(`${name} does not know the model '${model}' (404): check the name.`);
    case 429:
      return as(`${name} limits the rate or the quota of this API key (429): try again later. (${text})`);
    default:
      return as(`${name} answered ${httpStatus} for the model '${model}': ${text}`);
  }
}

/** The HTTP status that a provider's client put on its error, under the names the clients use. */
function statusOf(chain: readonly unknown[]): number | undefined {
  for (const cause of chain) {
    if (typeof cause !== "object" || cause === null) continue;
    for (const key of ["status", "status_code", "statusCode"]) {
      const value: unknown = Reflect.get(cause, key);
      if (typeof value === "number" && value >= 400 && value < 600) return value;
    }
  }
  return undefined;
}
