import { readFile } from "node:fs/promises";
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import { BaseChatModel, type BaseChatModelCallOptions } from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import { messageOf } from "../../shared/errors.ts";
import { sleep } from "../../shared/time.ts";
import { AgentError } from "../agent-error.ts";
import { isFromUser } from "../conversation/message-source.ts";
import { SUMMARY_TAG } from "../conversation/summary-tag.ts";
import { parseScript, type Script } from "./script.ts";

/** The field of a message that has the index of its turn in the script. */
const TURN = "script_turn";
const SUMMARY = "This is a scripted model: a real one would summarize the conversation here.";

/**
 * Plays a script instead of asking a model, from its start for each message of the user. For demonstrations and tests without
 * a model.
 */
export class ScriptedModel extends BaseChatModel {
  readonly #script: Script;
  readonly #file: string;
  #lastPlayed = -1;

  constructor(script: Script, file: string) {
    super({});
    this.#script = script;
    this.#file = file;
  }

  /** @throws AgentError `model-configuration` */
  static async fromFile(file: string): Promise<ScriptedModel> {
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      throw new AgentError("model-configuration", `The model script ${file} cannot be read: ${messageOf(error)}.`, {
        remedies: ["Check STIGMER_LLM_SCRIPT."],
        cause: error,
      });
    });
    return new ScriptedModel(parseScript(text, file), file);
  }

  override _llmType(): string {
    return "scripted";
  }

  /** A script calls tools by name: it needs no definitions. */
  override bindTools(): this {
    return this;
  }

  override async invoke(
    input: BaseLanguageModelInput,
    options?: Partial<BaseChatModelCallOptions>,
  ): Promise<AIMessageChunk> {
    if (options?.tags?.includes(SUMMARY_TAG) === true)
      return new AIMessageChunk({ content: SUMMARY, response_metadata: { finish_reason: "stop" } });
    return await super.invoke(input, options);
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
    const next = this.#nextTurn(messages);
    this.#lastPlayed = next;
    const turns = this.#turnsFor(messages);
    const turn = turns[next];
    if (turn === undefined) {
      throw new AgentError(
        "model-call",
        `The model script ${this.#file} has only ${turns.length} turns, but the agent asked for one more.`,
        { remedies: ["End it with a turn without tools."] },
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
    const calls = turn.tools.map(({ name, args }, index) => ({
      type: "tool_call_chunk" as const,
      id: `call_${next + 1}_${index + 1}_${crypto.randomUUID().slice(0, 8)}`,
      name,
      args: JSON.stringify(args),
      index,
    }));
    const last = {
      content: "",
      tool_call_chunks: calls,
      additional_kwargs: { [TURN]: String(next) },
      response_metadata: { finish_reason: "stop" },
    };
    yield new ChatGenerationChunk({ text: "", message: new AIMessageChunk(last) });
  }

  /** A sub-agent begins with its task, as if a user had written it. */
  #turnsFor(messages: readonly BaseMessage[]): Script["turns"] {
    const task = messages.find(isFromUser)?.text ?? "";
    return this.#script.tasks.find(({ contains }) => task.includes(contains))?.turns ?? this.#script.turns;
  }

  /** The index of the turn after the last one that was played since the user's message. */
  #nextTurn(messages: readonly BaseMessage[]): number {
    const since = messages.slice(messages.findLastIndex(isFromUser) + 1);
    const last = since.findLast((message) => AIMessage.isInstance(message))?.additional_kwargs[TURN];
    if (last !== undefined) return Number(last) + 1;
    // The played turns may be in a summary, which then is the first message.
    return since.length > 0 && since.length === messages.length ? this.#lastPlayed + 1 : 0;
  }
}
