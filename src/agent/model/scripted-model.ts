import { readFile } from "node:fs/promises";
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import { BaseChatModel, type BaseChatModelCallOptions } from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import { messageOf } from "../../shared/errors.ts";
import { sleep } from "../../shared/time.ts";
import { AgentError } from "../agent-error.ts";
import { parseScript, type Script } from "./script.ts";

/**
 * No model: it plays a script, from its start for each message of a user. For demonstrations and tests where there is
 * no model.
 */
export class ScriptedModel extends BaseChatModel {
  readonly #script: Script;
  readonly #file: string;

  constructor(script: Script, file: string) {
    super({});
    this.#script = script;
    this.#file = file;
  }

  /** @throws AgentError `model-configuration` */
  static async fromFile(file: string): Promise<ScriptedModel> {
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      throw new AgentError(
        "model-configuration",
        `The model script ${file} cannot be read: ${messageOf(error)}. Check STIGMER_LLM_SCRIPT.`,
      );
    });
    return new ScriptedModel(parseScript(text, file), file);
  }

  override _llmType(): string {
    return "scripted";
  }

  /** A script needs no tools to call them. */
  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[], options: BaseChatModelCallOptions): Promise<ChatResult> {
    let whole: AIMessageChunk | undefined;
    for await (const { message } of this._streamResponseChunks(messages, options)) {
      const chunk = message as AIMessageChunk;
      whole = whole === undefined ? chunk : whole.concat(chunk);
    }
    const message = whole ?? new AIMessage("");
    return { generations: [{ text: message.text, message }] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    { signal }: BaseChatModelCallOptions,
    run?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const lastHuman = messages.findLastIndex((message) => HumanMessage.isInstance(message));
    const played = messages.slice(lastHuman + 1).filter((message) => AIMessage.isInstance(message)).length;
    const turn = this.#script.turns[played];
    if (turn === undefined) {
      throw new AgentError(
        "model-call",
        `The model script ${this.#file} has only ${this.#script.turns.length} turns, and the agent asked for one more: end it with a turn without tools.`,
      );
    }
    await sleep(turn.delay * 1000, signal);
    for (const word of turn.text.split(/(?<=\s)(?=\S)/)) {
      signal?.throwIfAborted();
      const chunk = new ChatGenerationChunk({ text: word, message: new AIMessageChunk({ content: word }) });
      yield chunk;
      await run?.handleLLMNewToken(word, undefined, undefined, undefined, undefined, { chunk });
      if (this.#script.pace > 0) await sleep(this.#script.pace, signal);
    }
    if (turn.tools.length === 0) return;
    const calls = turn.tools.map(({ name, args }, index) => ({
      type: "tool_call_chunk" as const,
      id: `call_${played + 1}_${index + 1}_${crypto.randomUUID().slice(0, 8)}`,
      name,
      args: JSON.stringify(args),
      index,
    }));
    yield new ChatGenerationChunk({ text: "", message: new AIMessageChunk({ content: "", tool_call_chunks: calls }) });
  }
}
