/**
 * Asks the providers of models what costs nothing: whether a key is accepted, and which models there are. Used by `agent/`
 * for its checks, and by `dev`, which looks for a model that can be used. It never makes a model answer.
 * @module
 */
export { askModels, KEYED, type KeyedProvider, modelsUrl } from "./keyed.ts";
export { askOllamaModel, askOllamaModels, hasModel } from "./ollama.ts";
