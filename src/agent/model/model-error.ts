import { ContextOverflowError } from "@langchain/core/errors";
import type { ModelConfig } from "../../config/index.ts";
import { localhostHint } from "../../shared/container.ts";
import { causes } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";
import { AgentError } from "../agent-error.ts";
import { ollamaUrl, shownUrl } from "./base-url.ts";
import type { ModelChoice } from "./model-choice.ts";
import { brokeOff, chainText, httpStatus, isUnreachable, reportedError } from "./transient.ts";

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
  const as = (message: string) => new AgentError("model-call", message, { cause: error });
  const noAccess = (message: string, remedies: readonly string[] = []) =>
    new AgentError("model-call", message, { cause: error, isReplicaLocal: true, remedies });

  if (isContextOverflow(error)) {
    return as(
      `The conversation is longer than the context of ${modelName(choice)}: start a new session, or choose a model with a larger context. (${text})`,
    );
  }
  if (isUnreachable(error)) {
    if (provider === "ollama") {
      const hint = localhostHint(ollamaUrl(config));
      return noAccess(
        `Ollama is not reachable at ${shownUrl(ollamaUrl(config))}: start it with \`ollama serve\`, set OLLAMA_BASE_URL, or choose another provider with STIGMER_LLM_PROVIDER.${hint === undefined ? "" : ` ${hint}`}`,
      );
    }
    return noAccess(`${name} is not reachable: check the runner's network access. (${text})`);
  }
  const status = httpStatus(error);
  if (provider === "ollama" && (status === 404 || /model .*not found/i.test(text))) {
    return as(
      `Ollama has no model '${model}': get it with \`ollama pull ${model}\`, or choose another model with STIGMER_LLM_MODEL.`,
    );
  }
  if (provider === "ollama" && /does not support tools/i.test(text)) {
    return as(
      `The model '${model}' cannot call tools, which agents need: choose a model that can, such as qwen2.5-coder:7b.`,
    );
  }
  if (status !== undefined) {
    if (status === 401 || status === 403)
      return noAccess(`${name} refuses the API key for the model '${model}' (${status}).`, [
        "Check the key of the runner.",
      ]);
    return as(explainStatus(status, name, model, text));
  }
  const reported = reportedError(error);
  if (reported !== undefined) {
    return as(
      `${name} ended its answer with an error: ${plainText(reported)}. Send the message again; if that does not help, try later or choose another model.`,
    );
  }
  if (brokeOff(error)) {
    return as(
      `The model's answer broke off before its end. Send the message again; if it happens again, check ${
        provider === "ollama"
          ? `Ollama at ${shownUrl(ollamaUrl(config))}`
          : `the network between the runner and ${name}`
      }, and any proxy between them.`,
    );
  }
  return undefined;
}

function explainStatus(status: number, name: string, model: string, text: string): string {
  switch (status) {
    case 404:
      return `${name} does not know the model '${model}' (404): check the name.`;
    case 429:
      return `${name} limits the rate or the quota of this API key (429): try again later. (${text})`;
    default:
      return `${name} answered ${status} for the model '${model}': ${text}`;
  }
}

/** Whether the conversation is too long for the model. The agent library then shortens it and tries again. */
export function isContextOverflow(error: unknown): boolean {
  for (const cause of causes(error)) if (ContextOverflowError.isInstance(cause)) return true;
  return false;
}
