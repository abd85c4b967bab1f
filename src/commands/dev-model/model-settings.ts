import { type LoadOptions, localSettings, readSettings } from "../../config/index.ts";

const { provider, name, baseUrl, ollamaBaseUrl, apiKey, anthropicApiKey, openaiApiKey } = localSettings.model.settings;

/** What decides which model `dev` uses. */
const SETTINGS = {
  provider,
  name,
  baseUrl,
  ollamaBaseUrl,
  apiKey,
  anthropicApiKey,
  openaiApiKey,
  dataDir: localSettings.dataDir,
};

export type ModelSettings = NonNullable<ReturnType<typeof modelSettings>>;

/** @returns undefined if one of them is not valid: that is reported when all are read */
export function modelSettings(load: LoadOptions) {
  const { config, problems } = readSettings(SETTINGS, load);
  const { dataDir, ...rest } = config;
  return problems.length > 0 || dataDir === undefined ? undefined : { ...rest, dataDir };
}
