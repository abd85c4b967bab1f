/** A message of JSON-RPC, as far as the test servers look at it. */
export interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: Readonly<Record<string, unknown>>;
    readonly cursor?: string;
    readonly level?: string;
    readonly requestId?: number | string;
    readonly _meta?: { readonly progressToken?: number | string };
  };
  readonly result?: unknown;
  readonly error?: unknown;
}

export const SERVER_INFO = { name: "fault-server", version: "1" };

export function initializeResult(protocolVersion = "2025-06-18"): object {
  return {
    protocolVersion,
    capabilities: { tools: { listChanged: true }, logging: {} },
    serverInfo: SERVER_INFO,
  };
}

export const ECHO = {
  name: "echo",
  description: "Gives back a text.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

export function echoResult({ params }: Message): object {
  return { content: [{ type: "text", text: `echo: ${String(params?.arguments?.["text"])}` }] };
}

export function answer(id: Message["id"], result: unknown): object {
  return { jsonrpc: "2.0", id, result };
}

export function refusal(id: Message["id"], code: number, message: string): object {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/** Says that the tools are others now. */
export const TOOLS_CHANGED = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };

/** The tools of a server that changes them: `echo` becomes another one, `old` goes, and `new` comes. */
export function changedTools(isChanged: boolean): object[] {
  const plain = { inputSchema: { type: "object" } };
  const properties = { text: { type: "string" }, loud: { type: "boolean" } };
  const changed = { ...ECHO, description: "Changed.", inputSchema: { type: "object", properties } };
  return isChanged ? [changed, { name: "new", ...plain }] : [ECHO, { name: "old", ...plain }];
}

export function calledResult({ params }: Message): object {
  return { content: [{ type: "text", text: `called ${params?.name}` }] };
}
