import { AgentError } from "../agent-error.ts";

/** The error if the provider is `scripted` and no script is set. */
export function noScript(): AgentError {
  return new AgentError("model-configuration", "The model 'scripted' plays a script, but none is set.", {
    remedies: ["Set STIGMER_LLM_SCRIPT to a YAML file."],
  });
}
