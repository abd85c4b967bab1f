import type { Provider } from "../../config/index.ts";
import type { TokenUsage } from "../../shared/token-usage.ts";
import type { CallFate } from "../mcp/call-error.ts";
import type { FailureKind } from "../model/failure-kind.ts";
import type { EventBase } from "./agent-event.ts";

/** Why an attempt of a model call gave no answer. */
export type ModelCallFailure = FailureKind | "cancelled";
/** Why a call of an MCP server's tool gave no result, or that its result is an error. */
export type McpCallFailure = CallFate | "tool-error" | "cancelled";

/** What happens to the calls that an agent makes, in order. For observers: the status does not contain it. */
export type AgentCall =
  | (EventBase & {
      /** An attempt to call a model begins. */
      readonly type: "model-call-started";
      /** Unique within the execution. */
      readonly modelCallId: string;
      readonly purpose: "turn" | "summary";
      readonly provider: Provider;
      readonly model: string;
      /** 1, and more for repetitions. */
      readonly attempt: number;
    })
  | (EventBase & {
      /** The first piece of its answer has arrived; missing for summaries and for answers that come as a whole. */
      readonly type: "model-call-answering";
      readonly modelCallId: string;
    })
  | (EventBase & {
      readonly type: "model-call-ended";
      readonly modelCallId: string;
      /** What it used; absent if the provider did not say it. A failed call may have used something too. */
      readonly usage?: TokenUsage;
      /** Absent if it gave an answer. */
      readonly failure?: ModelCallFailure;
    })
  | {
      /** A call of an MCP server's tool begins. */
      readonly type: "mcp-call-started";
      /** Unique within the execution. */
      readonly mcpCallId: string;
      /** The agent's tool call. */
      readonly callId: string;
      readonly server: string;
      readonly transport: "stdio" | "http" | "docker";
      /** The tool's name at the server. */
      readonly tool: string;
      readonly at: Date;
    }
  | {
      readonly type: "mcp-call-ended";
      readonly mcpCallId: string;
      /** Absent if the tool succeeded. */
      readonly failure?: McpCallFailure;
      readonly at: Date;
    };
