import type { Client } from "@modelcontextprotocol/client";
import * as v from "valibot";
import type { Logger } from "../../log/index.ts";
import { sleep } from "../../shared/time.ts";
import { type Exchange, inExchange } from "./exchange.ts";
import type { ToolDefinition } from "./list-tools.ts";

/** The client gets this long to read the last piece of a response that has ended. */
const LAST_PIECE_MS = 500;
/** Characters of a server's progress that are logged. */
const LOGGED_LIMIT = 500;

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
  readonly log: Logger;
}

/** The response has ended without an answer. */
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
  exchange.onEnd = () => {
    void sleep(LAST_PIECE_MS, over.signal).then(() => {
      if (!over.signal.aborted) missing.abort(new AnswerMissing("The response ended without an answer."));
    });
  };
  const options = {
    timeout,
    signal: AbortSignal.any([signal, missing.signal]),
    onprogress: (progress: object) => log.debug(`${name} reports: ${JSON.stringify(progress).slice(0, LOGGED_LIMIT)}`),
  };
  const params = { name, arguments: { ...args } };
  try {
    return await inExchange(exchange, async () =>
      hasHeaders(inputSchema)
        ? v.parse(
            result,
            await client.callTool(params, { ...options, toolDefinition: { name, inputSchema: inputSchema as never } }),
          )
        : await client.request({ method: "tools/call", params }, result, options),
    );
  } catch (error) {
    throw missing.signal.aborted ? missing.signal.reason : error;
  } finally {
    over.abort();
  }
}

/** Whether arguments also have to be sent as HTTP headers: then the SDK must know the schema. */
function hasHeaders(schema: unknown): boolean {
  return JSON.stringify(schema)?.includes('"x-mcp-header"') === true;
}
