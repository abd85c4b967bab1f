import { messageOf } from "../../shared/errors.ts";

/** The providers that need a key. */
export const KEYED = {
  anthropic: {
    name: "Anthropic",
    variable: "ANTHROPIC_API_KEY",
    models: "https://api.anthropic.com/v1/models?limit=1",
  },
  openai: { name: "OpenAI", variable: "OPENAI_API_KEY", models: "https://api.openai.com/v1/models" },
} as const;

export type KeyedProvider = keyof typeof KEYED;

const CHECK_LIMIT_MS = 5_000;
const MIN_LENGTH = 20;
const MAX_LENGTH = 300;

/** What keys begin with. Others also have keys that begin with `sk-`, such as `sk-or-`. */
const PREFIXES: readonly (readonly [RegExp, KeyedProvider])[] = [
  [/^sk-ant-/, "anthropic"],
  [/^sk-(proj|svcacct|admin)-/, "openai"],
  [/^sk-[A-Za-z0-9]{40,}$/, "openai"],
];

/** Whose key it is, if its beginning says so. */
export function providerOf(key: string): KeyedProvider | undefined {
  return PREFIXES.find(([pattern]) => pattern.test(key))?.[1];
}

/** What is wrong with a text that should be a key. It does not repeat the text, which may be another secret. */
export function keyProblem(text: string): string | undefined {
  if (text.length < MIN_LENGTH || text.length > MAX_LENGTH)
    return `A key has ${MIN_LENGTH} to ${MAX_LENGTH} characters, and this has ${text.length}.`;
  if (!/^[A-Za-z0-9._~+/=-]+$/.test(text)) return "A key has letters, digits and -._~+/= only.";
  return undefined;
}

export type KeyCheck =
  | { readonly outcome: "accepted" | "refused" }
  | { readonly outcome: "unknown"; readonly why: string };

/**
 * Asks the provider for its list of models, which costs nothing.
 * @param baseUrl another address of the provider; undefined for its own
 */
export async function checkKey(
  provider: KeyedProvider,
  key: string,
  baseUrl: string | undefined,
  signal: AbortSignal,
): Promise<KeyCheck> {
  const headers: Record<string, string> =
    provider === "anthropic"
      ? { "x-api-key": key, "anthropic-version": "2023-06-01" }
      : { authorization: `Bearer ${key}` };
  try {
    const url = baseUrl === undefined ? KEYED[provider].models : modelsAt(provider, baseUrl);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(CHECK_LIMIT_MS)]);
    // A redirect could lead the key elsewhere.
    const response = await fetch(url, { headers, signal: limit, redirect: "error" });
    await response.body?.cancel();
    if (response.ok) return { outcome: "accepted" };
    if (response.status === 401 || response.status === 403) return { outcome: "refused" };
    return { outcome: "unknown", why: `${KEYED[provider].name} answered ${response.status}` };
  } catch (error) {
    return { outcome: "unknown", why: messageOf(error).split(". ")[0] ?? "" };
  }
}

/** Anthropic's clients add the version to their base URL, OpenAI's have it in there. */
function modelsAt(provider: KeyedProvider, baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/, "")}${provider === "anthropic" ? "/v1/models?limit=1" : "/models"}`;
}
