import { printError } from "../../cli/index.ts";
import { type EnvMap, type LoadOptions, withoutUrlSecrets } from "../../config/index.ts";
import { KEYED, type KeyedProvider } from "../../providers/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { printable } from "../../shared/printable.ts";
import { askForKey } from "./ask-for-key.ts";
import { choices } from "./choices.ts";
import { type ModelSettings, modelSettings } from "./model-settings.ts";
import { askOllama } from "./ollama.ts";
import { canAsk } from "./prompt.ts";
import { providerOf } from "./provider-keys.ts";
import { keysFile, readKeys } from "./saved-keys.ts";

const OLLAMA_URL = "http://localhost:11434";

/** What `dev` begins with. */
export interface DevModel {
  /** Defaults of settings: a provider and keys, if nothing else says so. */
  readonly defaults: EnvMap;
  /** For the log, once there is one. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Finds a model for `dev` if the settings name none: a key that was kept or is set, or Ollama. If there is none, explains
 * the choices and, at a terminal, asks for a key.
 * @param mayAsk false with --no-input
 * @param signal ends questions
 * @returns undefined if the user ended it with Ctrl-C
 */
export async function modelForDev(
  load: LoadOptions,
  mayAsk: boolean,
  signal: AbortSignal,
): Promise<DevModel | undefined> {
  const settings = modelSettings(load);
  if (settings === undefined) return { defaults: {}, notes: [], warnings: [] };
  const { saved, warnings } = savedKeys(settings.dataDir);
  const { STIGMER_LLM_PROVIDER: savedProvider, ...keys } = saved;
  const result = (defaults: EnvMap = {}, note?: string, more: readonly string[] = []): DevModel => ({
    defaults: { ...keys, ...defaults },
    notes: note === undefined ? [] : [note],
    warnings: [...warnings, ...more],
  });
  if (settings.provider !== undefined || settings.name !== undefined) return result();
  if (savedProvider !== undefined)
    return result({ STIGMER_LLM_PROVIDER: savedProvider }, usedInstead(savedProvider, keysFile(settings.dataDir)));
  const url = settings.ollamaBaseUrl ?? settings.baseUrl ?? OLLAMA_URL;
  const ollama = await askOllama(url, signal);
  if (ollama === "usable" || signal.aborted) return result();
  const found = keyInSettings(settings);
  if (found !== undefined) {
    const why = `${found.variable} is set, and Ollama has no model here`;
    return result({ STIGMER_LLM_PROVIDER: found.provider }, usedInstead(found.provider, why));
  }
  const lines = choices(ollama, withoutUrlSecrets(url));
  // A key of somebody else: it would be used instead of one that is typed.
  if (!mayAsk || settings.apiKey !== undefined || !canAsk(load.env)) return result({}, undefined, lines);
  printError(`${printable(lines.join("\n"))}\n`);
  const asked = await askForKey({ dataDir: settings.dataDir, baseUrl: settings.baseUrl, signal });
  if (asked === "interrupted") return undefined;
  if (asked === "none") return result();
  return result({ STIGMER_LLM_PROVIDER: asked.provider, [KEYED[asked.provider].variable]: asked.key });
}

function usedInstead(provider: string, why: string): string {
  return `The models are those of ${provider} (${why}). STIGMER_LLM_PROVIDER chooses another provider`;
}

function savedKeys(dataDir: string): { readonly saved: EnvMap; readonly warnings: readonly string[] } {
  const file = keysFile(dataDir);
  try {
    return { saved: readKeys(file), warnings: [] };
  } catch (error) {
    return { saved: {}, warnings: [`The keys in ${file} are not used: ${messageOf(error)}`] };
  }
}

function keyInSettings({
  anthropicApiKey,
  openaiApiKey,
  apiKey,
}: ModelSettings): { readonly provider: KeyedProvider; readonly variable: string } | undefined {
  if (anthropicApiKey !== undefined) return { provider: "anthropic", variable: KEYED.anthropic.variable };
  if (openaiApiKey !== undefined) return { provider: "openai", variable: KEYED.openai.variable };
  const provider = apiKey === undefined ? undefined : providerOf(apiKey);
  return provider === undefined ? undefined : { provider, variable: "STIGMER_LLM_API_KEY" };
}
