import { askModels, KEYED, type KeyedProvider } from "../../providers/index.ts";
import { fetchFailure } from "../../shared/fetch-failure.ts";

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
  try {
    const { status } = await askModels(provider, { key, baseUrl, signal, limitMs: CHECK_LIMIT_MS, limit: 1 });
    if (status >= 200 && status < 300) return { outcome: "accepted" };
    if (status === 401 || status === 403) return { outcome: "refused" };
    return { outcome: "unknown", why: `${KEYED[provider].name} answered ${status}` };
  } catch (error) {
    return { outcome: "unknown", why: fetchFailure(error, CHECK_LIMIT_MS) };
  }
}
