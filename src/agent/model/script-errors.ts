import { AgentError } from "../agent-error.ts";

/** That the provider is `scripted` and no script is set. */
export function noScript(): AgentError {
  return new AgentError("model-configuration", "The model 'scripted' plays a script, and none is set.", {
    remedies: ["Set STIGMER_LLM_SCRIPT to a YAML file."],
  });
}
