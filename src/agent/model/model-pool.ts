import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ModelConfig } from "../../config/index.ts";
import type { BaseUrl } from "./base-url.ts";
import { createChatModel } from "./chat-model.ts";
import { fallbackModel, type ModelChoice } from "./model-choice.ts";

/** A model that an execution uses. */
export interface ActiveModel {
  readonly choice: ModelChoice;
  readonly client: BaseChatModel;
  readonly isFallback: boolean;
}

/**
 * The models of one execution. Once the fallback has taken over it stays: to try the first model again would cost its
 * patience with each call, and change the voice and the cached prompt within one task.
 */
export class ModelPool {
  readonly #config: ModelConfig;
  readonly #baseUrl: BaseUrl;
  #current: ActiveModel;
  #fallback: Promise<ActiveModel> | undefined;

  private constructor(config: ModelConfig, baseUrl: BaseUrl, first: ActiveModel) {
    this.#config = config;
    this.#baseUrl = baseUrl;
    this.#current = first;
  }

  /** @throws AgentError `model-configuration` */
  static async open(config: ModelConfig, choice: ModelChoice, baseUrl: BaseUrl): Promise<ModelPool> {
    const client = await createChatModel(config, choice, baseUrl);
    return new ModelPool(config, baseUrl, { choice, client, isFallback: false });
  }

  get current(): ActiveModel {
    return this.#current;
  }

  /** The model that can take over; `undefined` if there is none, or if it has. */
  get next(): ModelChoice | undefined {
    const { choice, isFallback } = this.#current;
    const next = isFallback ? undefined : fallbackModel(this.#config);
    return next?.provider === choice.provider && next.model === choice.model ? undefined : next;
  }

  /**
   * Lets the fallback take over.
   * @returns whether this call has caused it: calls at the same time may fail together
   * @throws AgentError `model-configuration`
   */
  async fallBack(choice: ModelChoice): Promise<boolean> {
    const isFirst = this.#fallback === undefined;
    this.#fallback ??= createChatModel(this.#config, choice, this.#baseUrl).then((client) => ({
      choice,
      client,
      isFallback: true,
    }));
    this.#current = await this.#fallback;
    return isFirst;
  }
}
