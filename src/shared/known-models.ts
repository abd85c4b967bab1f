/** Short names of Stigmer, and the names that providers use. */
export const MODEL_ALIASES: ReadonlyMap<string, string> = new Map([
  ["claude-sonnet-4.5", "claude-sonnet-4-5-20250929"],
  ["claude-opus-4", "claude-opus-4-20250514"],
  ["qwen2.5-coder", "qwen2.5-coder:7b"],
  ["llama3.2", "llama3.2:3b"],
  ["deepseek-coder", "deepseek-coder-v2:16b"],
  ["codellama", "codellama:13b"],
]);

/** The model of each provider if none is chosen. */
export const DEFAULT_MODELS = {
  ollama: "qwen2.5-coder:7b",
  anthropic: "claude-sonnet-4.5",
  openai: "gpt-4o",
  scripted: "script",
} as const;
