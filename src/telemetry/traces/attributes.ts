/** Names of attributes. OpenTelemetry's conventions for AI are not stable: they ask that names be copied, not imported. */

// Of the conventions for generative AI.
export const OPERATION = "gen_ai.operation.name";
export const PROVIDER = "gen_ai.provider.name";
export const CONVERSATION_ID = "gen_ai.conversation.id";
export const AGENT_NAME = "gen_ai.agent.name";
export const REQUEST_MODEL = "gen_ai.request.model";
export const RESPONSE_MODEL = "gen_ai.response.model";
export const TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";
export const INPUT_TOKENS = "gen_ai.usage.input_tokens";
export const CACHED_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens";
export const OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
export const OUTPUT_MESSAGES = "gen_ai.output.messages";
export const TOOL_NAME = "gen_ai.tool.name";
export const TOOL_TYPE = "gen_ai.tool.type";
export const TOOL_CALL_ID = "gen_ai.tool.call.id";
export const TOOL_ARGUMENTS = "gen_ai.tool.call.arguments";
export const TOOL_RESULT = "gen_ai.tool.call.result";

// Of the conventions for MCP.
export const MCP_METHOD = "mcp.method.name";
export const NETWORK_TRANSPORT = "network.transport";

// As Temporal's SDKs name them.
export const WORKFLOW_ID = "temporalWorkflowID";
export const RUN_ID = "temporalRunID";
export const ACTIVITY_ID = "temporalActivityID";

// This program's own.
export const EXECUTION_ID = "stigmer.execution.id";
export const SESSION_ID = "stigmer.session.id";
export const OUTCOME = "stigmer.execution.outcome";
export const DROPPED_SPANS = "stigmer.execution.dropped_spans";
export const STAGE = "stigmer.stage";
export const SANDBOX_ID = "stigmer.sandbox.id";
export const MODEL_CALL_PURPOSE = "stigmer.model_call.purpose";
export const MODEL_CALL_ATTEMPT = "stigmer.model_call.attempt";
export const MCP_SERVER = "stigmer.mcp.server";
export const SINK = "stigmer.status.sink";
export const DELIVERY_OUTCOME = "stigmer.status.outcome";
export const DELIVERY_BYTES = "stigmer.status.bytes";
export const IS_RETRY = "stigmer.status.is_retry";
export const IS_TERMINAL = "stigmer.status.is_terminal";
