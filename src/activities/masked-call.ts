import type { AgentCall } from "../agent/index.ts";
import type { SecretMask } from "../shared/secret-mask.ts";

/** Masks the names in a call: a server chooses those of its tools. */
export function maskedCall(call: AgentCall, mask: SecretMask): AgentCall {
  switch (call.type) {
    case "model-call-started":
      return { ...call, model: mask.mask(call.model) };
    case "mcp-call-started":
      return { ...call, server: mask.mask(call.server), tool: mask.mask(call.tool) };
    default:
      return call;
  }
}
