import { ToolMessage } from "@langchain/core/messages";
import { Command, isCommand, isGraphBubbleUp } from "@langchain/langgraph";
import { type AgentMiddleware, createMiddleware } from "langchain";
import type { Sandbox } from "../../sandbox/index.ts";
import { cutMiddle } from "../../shared/text.ts";
import { asMiddleware } from "../as-middleware.ts";
import { rejectionOf } from "../turns/turn-notes.ts";
import { keepResult } from "./result-file.ts";
import { toolErrorText } from "./tool-error.ts";
import { withOutcome } from "./tool-outcome.ts";

/** Characters of a result that the model receives; the whole result is then in a file of the sandbox. */
const MODEL_RESULT_LIMIT = 30_000;

/** What the event stream needs to know of a tool message: its artifact. */
export interface ToolNotes {
  readonly failure?: string;
  readonly keptAt?: string;
}

interface ToolMiddlewareOptions {
  readonly sandbox: Sandbox;
  readonly executionId: string;
  /** Results with more characters are kept in the sandbox, since readers of the status only see so many. */
  readonly keepAbove: number;
  /** Whether the model that is used now can only receive text. */
  readonly textOnly: () => boolean;
  readonly signal: AbortSignal;
  /** Called with the call that runs in a graph node, so that events of sub-agents can be assigned to it. */
  readonly onCall: (node: string, callId: string) => void;
}

/**
 * Wraps every tool call. If a tool throws, the agent gets the error as its result and the run continues. Results that are
 * too long for the model are kept in the sandbox. Whether a call failed is noted on its message.
 */
export function toolMiddleware(options: ToolMiddlewareOptions): AgentMiddleware {
  return asMiddleware(
    createMiddleware({
      name: "agentRunnerTools",
      async wrapToolCall(request, handler) {
        const callId = request.toolCall.id ?? "";
        const node: unknown = request.runtime.configurable?.["checkpoint_ns"];
        if (typeof node === "string") options.onCall(node, callId);
        const { name } = request.toolCall;
        const failed = (content: string) => new ToolMessage({ status: "error", content, tool_call_id: callId, name });
        const rejection = rejectionOf(request.state.messages, callId);
        if (rejection !== undefined) return await finishMessage(failed(rejection.advice), rejection.why, options);
        const { result, outcome } = await withOutcome(callId, async () => {
          try {
            return await handler(request);
          } catch (error) {
            if (isGraphBubbleUp(error)) throw error;
            options.signal.throwIfAborted();
            return failed(`Error: ${toolErrorText(error, name)}`);
          }
        });
        const finish = async (message: ToolMessage) => await finishMessage(message, outcome.failure, options);
        if (ToolMessage.isInstance(result)) return await finish(result);
        if (!isCommand(result)) return result;
        const update = result.update as { messages?: unknown[] } | undefined;
        if (!Array.isArray(update?.messages)) return result;
        const messages = await Promise.all(
          update.messages.map((message) => (ToolMessage.isInstance(message) ? finish(message) : message)),
        );
        return new Command({ ...result, update: { ...update, messages } });
      },
    }),
  );
}

async function finishMessage(
  message: ToolMessage,
  failure: string | undefined,
  options: ToolMiddlewareOptions,
): Promise<ToolMessage> {
  const content = options.textOnly() ? textOf(message.content) : flattened(message.content);
  const text = textOf(content);
  const failed = failure ?? (message.status === "error" ? text : undefined);
  const keptAt =
    text.length > options.keepAbove
      ? await keepResult(options.sandbox, options.executionId, message.tool_call_id, text)
      : undefined;
  const notes: ToolNotes = {
    ...(failed === undefined ? {} : { failure: failed }),
    ...(keptAt === undefined ? {} : { keptAt }),
  };
  const hint =
    keptAt === undefined
      ? " It could not be kept in a file: ask for the part you need."
      : ` All of it is in ${keptAt}: read the part you need.`;
  const short = cutMiddle(text, MODEL_RESULT_LIMIT, (cut) => `\n\n[… ${cut} characters cut.${hint} …]\n\n`);
  return new ToolMessage({
    content: short.cut > 0 ? short.text : content,
    tool_call_id: message.tool_call_id,
    ...(message.name === undefined ? {} : { name: message.name }),
    // The library would give it one only after it was stored, and it would be stored again.
    id: message.id ?? crypto.randomUUID(),
    status: failed === undefined ? "success" : "error",
    additional_kwargs: message.additional_kwargs,
    artifact: notes,
  });
}

type Content = ToolMessage["content"];

/** Joins content that is only text: some providers' clients refuse lists. */
function flattened(content: Content): Content {
  return typeof content === "string" || content.some((block) => block.type !== "text") ? content : textOf(content);
}

/** The text of a content; other parts appear with their type. */
export function textOf(content: Content): string {
  if (typeof content === "string") return content;
  const parts = content.map((block) => {
    if (block.type === "text" && typeof block["text"] === "string") return block["text"];
    const mimeType = typeof block["mimeType"] === "string" ? block["mimeType"] : block.type;
    return `[${mimeType}, not shown]`;
  });
  return parts.join("\n");
}
