/**
 * The context that Ollama is asked for. By default it silently cuts the conversation, tools included, after 4,096 tokens.
 */
export const OLLAMA_CONTEXT_TOKENS = 32_768;
