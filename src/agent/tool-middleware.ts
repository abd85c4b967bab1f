import { ToolMessage } from "@langchain/core/messages";
import { Command, isCommand, isGraphBubbleUp } from "@langchain/langgraph";
import { type AgentMiddleware, createMiddleware } from "langchain";
import { OWN_DIRECTORY, type Sandbox } from "../sandbox/index.ts";
import { cutMiddle } from "../shared/text.ts";
import { asMiddleware } from "./as-middleware.ts";
import { toolErrorText } from "./tool-error.ts";
import { withOutcome } from "./tool-outcome.ts";
import { refusalOf } from "./turns/turn-notes.ts";

/** Longest result that the model receives; the rest is in a file of the sandbox. */
export const MODEL_RESULT_LIMIT = 30_000;

/** What is put on a tool message for the event stream. */
export interface ToolNotes {
  readonly failure?: string;
  readonly keptAt?: string;
}

export interface ToolMiddlewareOptions {
  readonly sandbox: Sandbox;
  readonly executionId: string;
  /** Results longer than this are kept in the sandbox: readers of the status see only so much of them. */
  readonly keepAbove: number;
  /** Whether the model can receive nothing but text. */
  readonly onlyText: boolean;
  readonly signal: AbortSignal;
  /** Told which call runs in a graph node, so that what sub-agents do can be traced to the call that started them. */
  readonly onCall: (node: string, callId: string) => void;
}

/**
 * Stands around every tool call. A tool that throws answers the agent with the error instead of ending the run; results
 * that are too long for the model are kept in the sandbox; whether a call failed is put on its message.
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
        const refusal = refusalOf(request.state.messages, callId);
        if (refusal !== undefined) return await noted(failed(refusal.advice), refusal.why, options);
        const { result, outcome } = await withOutcome(async () => {
          try {
            return await handler(request);
          } catch (error) {
            if (isGraphBubbleUp(error)) throw error;
            options.signal.throwIfAborted();
            return failed(`Error: ${toolErrorText(error, name)}`);
          }
        });
        const finish = async (message: ToolMessage) => await noted(message, outcome.failure, options);
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

async function noted(
  message: ToolMessage,
  failure: string | undefined,
  options: ToolMiddlewareOptions,
): Promise<ToolMessage> {
  const content = options.onlyText ? textOf(message.content) : flat(message.content);
  const text = textOf(content);
  const failed = failure ?? (message.status === "error" ? text : undefined);
  const keptAt = text.length > options.keepAbove ? await keep(message.tool_call_id, text, options) : undefined;
  const notes: ToolNotes = {
    ...(failed === undefined ? {} : { failure: failed }),
    ...(keptAt === undefined ? {} : { keptAt }),
  };
  const place = keptAt === undefined ? "" : ` All of it is in ${keptAt}: read the part you need.`;
  const short = cutMiddle(text, MODEL_RESULT_LIMIT, (cut) => `\n\n[… ${cut} characters cut.${place} …]\n\n`);
  return new ToolMessage({
    content: short.cut > 0 ? short.text : content,
    tool_call_id: message.tool_call_id,
    ...(message.name === undefined ? {} : { name: message.name }),
    // Else it would get one only after it was stored, and be stored again.
    id: message.id ?? crypto.randomUUID(),
    status: failed === undefined ? "success" : "error",
    additional_kwargs: message.additional_kwargs,
    artifact: notes,
  });
}

type Content = ToolMessage["content"];

/** Content that is only text as one text: some providers' clients refuse lists. */
function flat(content: Content): Content {
  return typeof content === "string" || content.some((block) => block.type !== "text") ? content : textOf(content);
}

/** The text of a content; what is not text is named. */
export function textOf(content: Content): string {
  if (typeof content === "string") return content;
  const parts = content.map((block) => {
    if (block.type === "text" && typeof block["text"] === "string") return block["text"];
    const mimeType = typeof block["mimeType"] === "string" ? block["mimeType"] : block.type;
    return `[${mimeType}, not shown]`;
  });
  return parts.join("\n");
}

/** Writes a result into the sandbox. Best effort: without it the result is only cut. */
async function keep(
  callId: string,
  text: string,
  { sandbox, executionId }: ToolMiddlewareOptions,
): Promise<string | undefined> {
  const name = callId.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 100);
  try {
    // The workspace is often somebody's repository.
    await sandbox.writeFile(`${OWN_DIRECTORY}/.gitignore`, "*\n");
    return await sandbox.writeFile(`${OWN_DIRECTORY}/tool-results/${executionId}/${name}.txt`, text);
  } catch {
    return undefined;
  }
}
