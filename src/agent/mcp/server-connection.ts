import { SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import type { Logger } from "../../log/index.ts";
import { explained } from "../../shared/errors.ts";
import { fetchFailure } from "../../shared/fetch-failure.ts";
import { plainText } from "../../shared/plain-text.ts";
import { humanDuration } from "../../shared/time.ts";
import { CallError } from "./call-error.ts";
import { callTool, type ToolResult } from "./call-tool.ts";
import { ConnectError } from "./connect-error.ts";
import type { Exchange } from "./exchange.ts";
import { explainCall } from "./explain-call.ts";
import type { Link, LinkDeps } from "./link.ts";
import { listTools, type ToolList } from "./list-tools.ts";
import { openLink } from "./open-link.ts";
import type { ResolvedServer } from "./resolved-server.ts";
import { ServerLog } from "./server-log.ts";

/** How often changed tools are asked for, if they cannot be listed. */
const LIST_ATTEMPTS = 3;

export interface ConnectionDeps extends Omit<LinkDeps, "onToolsChanged" | "log"> {
  readonly log: Logger;
  /** How long a call may take. */
  readonly callLimitMs: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Replaces secrets in texts of the server and about it. */
  readonly mask: (text: string) => string;
}

/** One server, connected: again if it is reached over HTTP and its session is lost. */
export class ServerConnection {
  readonly resolved: ResolvedServer;
  readonly #deps: ConnectionDeps;
  readonly #log: Logger;
  readonly #serverLog: ServerLog;
  #link: Promise<Link> | undefined;
  #isClosed = false;
  /** The server's tools, as it listed them last. */
  #list: ToolList = { tools: [], notices: [] };
  #isListStale = false;
  /** How often listing them has failed since it was last possible. */
  #failedLists = 0;
  #instructions = "";
  #listing: Promise<void> | undefined;

  private constructor(resolved: ResolvedServer, deps: ConnectionDeps) {
    this.resolved = resolved;
    this.#deps = deps;
    this.#log = deps.log.child("mcp", { server: resolved.server.name });
    this.#serverLog = new ServerLog(this.#log, deps.mask);
  }

  /** Connects, and lists the tools. @throws ConnectError; the signal's reason */
  static async open(resolved: ResolvedServer, deps: ConnectionDeps): Promise<ServerConnection> {
    const connection = new ServerConnection(resolved, deps);
    try {
      const link = await connection.#connected();
      await connection.#refresh(link);
      connection.#instructions = link.client.getInstructions() ?? "";
    } catch (error) {
      await connection.close();
      deps.signal.throwIfAborted();
      throw connection.#asConnectError(error);
    }
    return connection;
  }

  get name(): string {
    return this.resolved.server.name;
  }

  /** What the server said about the use of its tools when it was connected first. */
  get instructions(): string {
    return this.#instructions;
  }

  get list(): ToolList {
    return this.#list;
  }

  /**
   * Lists the tools again if the server said that they have changed. Keeps the old ones if that fails, and tries it again
   * the next time.
   * @returns whether they may be others
   */
  async followChanges(): Promise<boolean> {
    if (this.#isClosed) return false;
    if (this.#isListStale)
      this.#listing ??= this.#relist().finally(() => {
        this.#listing = undefined;
      });
    // A sub-agent may have begun it.
    if (this.#listing === undefined) return false;
    await this.#listing;
    return true;
  }

  async #relist(): Promise<void> {
    this.#isListStale = false;
    try {
      await this.#refresh(await this.#connected());
      this.#failedLists = 0;
    } catch (error) {
      this.#deps.signal.throwIfAborted();
      this.#failedLists++;
      if (this.#failedLists < LIST_ATTEMPTS) this.#isListStale = true;
      this.#log.warn(
        `Its tools have changed, but cannot be listed (attempt ${this.#failedLists} of ${LIST_ATTEMPTS}): ${this.#deps.mask(plainText(fetchFailure(error)))}`,
      );
    }
  }

  async #refresh({ client }: Link): Promise<void> {
    const { signal, connectLimitMs } = this.#deps;
    this.#list = await listTools(client, { signal, timeout: connectLimitMs });
  }

  /**
   * Calls a tool. Repeats the call only if it certainly was not executed.
   * @throws CallError; the signal's reason
   */
  async call(name: string, args: Readonly<Record<string, unknown>>): Promise<ToolResult> {
    const { signal } = this.#deps;
    const tool = this.#list.tools.find((one) => one.name === name);
    if (tool === undefined)
      throw new CallError(
        "not-executed",
        `the MCP server ${JSON.stringify(this.name)} does not have the tool ${name} any more.`,
      );
    for (let isFirst = true; ; isFirst = false) {
      const link = await this.#connected().catch((error: unknown) => {
        signal.throwIfAborted();
        throw this.#masked(new CallError("not-executed", this.#lostText(error), error));
      });
      const exchange: Exchange = { isBegun: false, isUnsent: false };
      try {
        return await callTool(link.client, tool, args, {
          exchange,
          timeout: this.#deps.callLimitMs,
          signal,
          log: this.#serverLog,
        });
      } catch (error) {
        signal.throwIfAborted();
        if (isFirst && isSessionLost(error, link)) {
          this.#log.debug("The session is lost: another one is begun");
          this.#link = undefined;
          // Without the end of a session, which the server does not know.
          void link.client.close();
          continue;
        }
        throw this.#masked(
          explainCall(error, { exchange, link, resolved: this.resolved, limitMs: this.#deps.callLimitMs }),
        );
      }
    }
  }

  /** Never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const link = await this.#link?.catch(() => undefined);
    await link?.close();
  }

  async #connected(): Promise<Link> {
    const link = await this.#link;
    if (link?.client.transport !== undefined) return link;
    if (this.#isClosed) throw new ConnectError("The execution is over.");
    // A program has state that another one would lack: only sessions over HTTP are begun again.
    if (link !== undefined && this.resolved.server.kind !== "http")
      throw new ConnectError(link.endReason() ?? "The server has ended.");
    const opening = openLink(
      this.resolved,
      {
        ...this.#deps,
        log: this.#serverLog,
        onToolsChanged: () => {
          this.#isListStale = true;
        },
      },
      this.#deps.signal,
    );
    this.#link = opening;
    opening.catch(() => {
      if (this.#link === opening) this.#link = undefined;
    });
    return await opening;
  }

  #lostText(error: unknown): string {
    const why = explained(error);
    return `the MCP server ${JSON.stringify(this.name)} is not connected. ${why} Continue without its tools, and say so in your answer.`;
  }

  #asConnectError(error: unknown): ConnectError {
    const { mask } = this.#deps;
    if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
      return new ConnectError(`It did not name its tools within ${humanDuration(this.#deps.connectLimitMs)}.`, error);
    if (error instanceof ConnectError) return new ConnectError(mask(error.message), error, error.remedies.map(mask));
    return new ConnectError(mask(`Its tools cannot be listed: ${plainText(fetchFailure(error))}`), error);
  }

  #masked(error: CallError): CallError {
    error.message = this.#deps.mask(error.message);
    return error;
  }
}

/** Whether the server does not know the session any more, and so has not executed the call. */
function isSessionLost(error: unknown, link: Link): boolean {
  if (!(error instanceof SdkHttpError) || link.client.transport?.sessionId === undefined) return false;
  if (error.status === 404) return true;
  // Not what the specification says, but what many servers do.
  return error.status === 400 && /session/i.test(String(error.data["text"]));
}
