/** Said where the provider is `scripted` and no script is set. */
export const NO_SCRIPT = "The model 'scripted' plays a file, and none is set: set STIGMER_LLM_SCRIPT to a YAML script.";
