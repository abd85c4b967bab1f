import * as attribute from "./attributes.ts";
import type { EventOf } from "./events.ts";
import { type ExecutionSpans, nameOf, type OpenSpan } from "./execution-spans.ts";

/** By the words of OpenTelemetry's conventions. Programs are talked to through pipes, also those in containers. */
const TRANSPORTS: Readonly<Record<EventOf<"mcp-call-started">["transport"], string>> = {
  stdio: "pipe",
  docker: "pipe",
  http: "tcp",
};

/** The spans of calls of MCP servers. */
export class McpSpans {
  readonly #spans: ExecutionSpans;
  readonly #open = new Map<string, OpenSpan>();

  constructor(spans: ExecutionSpans) {
    this.#spans = spans;
  }

  /** @param tool the span of the agent's call */
  started({ mcpCallId, server, transport, tool: name, at }: EventOf<"mcp-call-started">, tool: OpenSpan): void {
    tool.span.setAttribute(attribute.TOOL_TYPE, "extension");
    const open = this.#spans.begin(nameOf("tools/call", name), tool.context, {
      at,
      isCall: true,
      attributes: {
        [attribute.MCP_METHOD]: "tools/call",
        [attribute.MCP_SERVER]: server,
        [attribute.TOOL_NAME]: name,
        [attribute.NETWORK_TRANSPORT]: TRANSPORTS[transport],
      },
    });
    this.#open.set(mcpCallId, open);
  }

  ended({ mcpCallId, failure, at }: EventOf<"mcp-call-ended">): void {
    const open = this.#open.get(mcpCallId);
    if (open === undefined || !this.#open.delete(mcpCallId)) return;
    this.#spans.end(open, at, failure === undefined ? undefined : { type: failure });
  }

  close(at: Date): void {
    for (const open of this.#open.values()) this.#spans.end(open, at, { type: "stopped" });
    this.#open.clear();
  }
}
