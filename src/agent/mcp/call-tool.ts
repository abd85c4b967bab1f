import type { Client } from "@modelcontextprotocol/client";
import * as v from "valibot";
import { sleep } from "../../shared/time.ts";
import { type Exchange, inExchange } from "./exchange.ts";
import type { ToolDefinition } from "./list-tools.ts";
import { logMeta } from "./log-level.ts";
import type { ServerLog } from "./server-log.ts";

/** The client gets this long to read the last piece of a response, and the server to end one that has brought the answer. */
const LAST_PIECE_MS = 500;

/** Lenient: a block that the protocol does not know must not cost the rest of the result. */
const result = v.looseObject({
  content: v.optional(v.array(v.looseObject({ type: v.string() })), []),
  structuredContent: v.optional(v.unknown()),
  isError: v.optional(v.boolean(), false),
});

export type ToolResult = v.InferOutput<typeof result>;

interface CallOptions {
  /** Learns what happens to the request. */
  readonly exchange: Exchange;
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly log: ServerLog;
}

/** The response has ended without an answer; the message is why, as the middle of a sentence. */
export class AnswerMissing extends Error {
  override readonly name = "AnswerMissing";
}

/** Calls a tool once. @throws what the SDK throws; AnswerMissing */
export async function callTool(
  client: Client,
  { name, inputSchema }: ToolDefinition,
  args: Readonly<Record<string, unknown>>,
  { exchange, timeout, signal, log }: CallOptions,
): Promise<ToolResult> {
  const missing = new AbortController();
  const over = new AbortController();
  const unread = new AbortController();
  exchange.over = unread.signal;
  exchange.onEnd = (refused) => {
    if (refused !== undefined) missing.abort(new AnswerMissing(refused.message, { cause: refused }));
    void sleep(LAST_PIECE_MS, over.signal).then(() => {
      if (!over.signal.aborted) missing.abort(new AnswerMissing("the connection ended before the server's answer"));
    });
  };
  const options = {
    timeout,
    signal: AbortSignal.any([signal, missing.signal]),
    onprogress: (progress: object) => log.say(`${name} reports`, progress),
  };
  const params = { name, arguments: { ...args }, ...logMeta(client, log) };
  try {
    const answer = await inExchange(exchange, async () =>
      hasHeaders(inputSchema)
        ? v.parse(
            result,
            await client.callTool(params, { ...options, toolDefinition: { name, inputSchema: inputSchema as never } }),
          )
        : await client.request({ method: "tools/call", params }, result, options),
    );
    // A connection whose response has ended can be used again.
    setTimeout(() => unread.abort(), LAST_PIECE_MS).unref();
    return answer;
  } catch (error) {
    unread.abort();
    throw missing.signal.aborted ? missing.signal.reason : error;
  } finally {
    over.abort();
  }
}

/** Whether arguments also have to be sent as HTTP headers: then the SDK must know the schema. */
function hasHeaders(schema: unknown): boolean {
  return JSON.stringify(schema)?.includes('"x-mcp-header"') === true;
}
