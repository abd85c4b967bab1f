import { pathToFileURL } from "node:url";
import { Client, type Transport } from "@modelcontextprotocol/client";
import { version } from "../../version.ts";
import { requestLog } from "./log-level.ts";
import type { ServerLog } from "./server-log.ts";
import { keepSubscribed } from "./subscription.ts";

export interface ClientDeps {
  /** The root of the sandbox: servers may ask for it. */
  readonly root: string;
  readonly log: ServerLog;
  /** The server says that its tools have changed. */
  readonly onToolsChanged: () => void;
}

/** Which handshake is made: `initialize`, or that of the protocol of 2026, which has none. */
export type Era = "initialize" | "2026-07-28";

/**
 * Connects a client to a server. Sampling and elicitation are not offered: nobody is there to answer.
 * @throws what the SDK throws; the signal ends the attempt only once a request is sent
 */
export async function connectClient(
  transport: Transport,
  era: Era,
  deps: ClientDeps,
  options: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<Client> {
  const { log, root } = deps;
  const client = new Client(
    { name: "stigmer-agent-runner", version },
    {
      capabilities: { roots: {} },
      versionNegotiation: { mode: era === "initialize" ? "legacy" : { pin: era } },
      // Without a delay: the model's next call may come at once. The list is not read before.
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => deps.onToolsChanged() } },
      // Results are for a model, which copes with one that does not match its schema.
      jsonSchemaValidator: {
        getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
      },
    },
  );
  client.onerror = (error) => log.say("The client reports", error.message);
  client.setRequestHandler("roots/list", () => ({ roots: [{ uri: pathToFileURL(root).href, name: "workspace" }] }));
  client.setNotificationHandler("notifications/message", ({ params }) =>
    log.say(`The server logs (${params.level})`, params.data),
  );
  await client.connect(transport, options);
  requestLog(client, log, options.timeout);
  void keepSubscribed(client, deps.onToolsChanged);
  return client;
}
