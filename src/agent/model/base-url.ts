import type { ModelConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { boundedFetch } from "../../shared/bounded-fetch.ts";
import { defaultProvider } from "./model-choice.ts";

const OLLAMA_URL = "http://localhost:11434";
const OLLAMA_PORT = "11434";
/** How long a server may take to answer whether it is Ollama. */
const ASK_LIMIT_MS = 2_000;
/** After this time, a server that did not answer is asked again. */
const ASK_AGAIN_MS = 60_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f00:1\])$/;
const OLLAMA_HOST = /(^|[.-])ollama([.-]|$)/;
/** Hosts that are certainly not Ollama. */
const PROVIDER_HOST = /(^|\.)(anthropic\.com|openai\.com|openai\.azure\.com)$/;

/** The base URL of Ollama. */
export function ollamaUrl(config: ModelConfig): string {
  const shared = defaultProvider(config) === "ollama" ? config.baseUrl : undefined;
  return config.ollamaBaseUrl ?? shared ?? OLLAMA_URL;
}

/** A URL for messages: without user, password and query. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

/** Whether a base URL is Ollama's, and why; `ask` if only the server knows. */
export type OllamaGuess = { readonly ollama: boolean; readonly why: string } | "ask";

/**
 * Classifies a base URL without a request. Launchers set `STIGMER_LLM_BASE_URL` to the address of Ollama whatever the
 * provider is. Only an address with a path, as of an OpenAI-compatible endpoint (`http://ollama:11434/v1`), is certainly
 * meant for another provider.
 */
export function classify(baseUrl: string, ollamaBaseUrl: string | undefined): OllamaGuess {
  const url = new URL(baseUrl);
  if (/[^/]/.test(url.pathname)) return { ollama: false, why: "it has a path" };
  if (ollamaBaseUrl !== undefined && server(new URL(ollamaBaseUrl)) === server(url))
    return { ollama: true, why: "OLLAMA_BASE_URL is the same" };
  if (url.port === OLLAMA_PORT) return { ollama: true, why: `${OLLAMA_PORT} is Ollama's port` };
  if (OLLAMA_HOST.test(url.hostname)) return { ollama: true, why: "its host is named ollama" };
  if (PROVIDER_HOST.test(url.hostname)) return { ollama: false, why: "it is the provider's own host" };
  return "ask";
}

/** Scheme, host and port in one spelling. */
function server({ protocol, hostname, port }: URL): string {
  const host = hostname.replace(/\.$/, "");
  return `${protocol}//${LOOPBACK.test(host) ? "localhost" : host}:${port}`;
}

/** `STIGMER_LLM_BASE_URL` for a provider that is not Ollama. */
export class BaseUrl {
  readonly #config: ModelConfig;
  readonly #log: Logger;
  #decision: Promise<boolean> | undefined;
  /** When the server did not answer. */
  #unansweredAt: number | undefined;

  constructor(config: ModelConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /** @returns the URL; `undefined` if none is set, or if it is Ollama's */
  async resolve(): Promise<string | undefined> {
    const { baseUrl } = this.#config;
    if (baseUrl === undefined) return undefined;
    if (this.#unansweredAt !== undefined && Date.now() - this.#unansweredAt > ASK_AGAIN_MS) this.#decision = undefined;
    this.#decision ??= this.#isOllama(baseUrl);
    return (await this.#decision) ? undefined : baseUrl;
  }

  /** Whether it is Ollama's. */
  async #isOllama(baseUrl: string): Promise<boolean> {
    const shown = `STIGMER_LLM_BASE_URL (${shownUrl(baseUrl)})`;
    const provider = defaultProvider(this.#config);
    const ignored = `it is not used for ${provider}. If it is an endpoint of ${provider}, add its path, such as /v1`;
    const verdict = classify(baseUrl, this.#config.ollamaBaseUrl);
    if (verdict !== "ask") {
      if (verdict.ollama)
        this.#log.warn(`${shown} is taken for the address of Ollama, because ${verdict.why}: ${ignored}`);
      return verdict.ollama;
    }
    const answer = await askWhetherOllama(new URL(baseUrl).origin);
    if (answer === true) this.#log.warn(`${shown} is the address of Ollama, according to the server: ${ignored}`);
    else if (answer === false)
      this.#log.info(`${shown} is not the address of Ollama, according to the server: it is used for ${provider}`);
    else if (this.#unansweredAt === undefined) {
      this.#log.warn(
        `${shown} did not answer within ${ASK_LIMIT_MS / 1000} s whether it is Ollama: it is used for ${provider}`,
      );
    }
    this.#unansweredAt = answer === undefined ? Date.now() : undefined;
    return answer ?? false;
  }
}

/** @returns `undefined` if the server did not answer */
async function askWhetherOllama(origin: string): Promise<boolean | undefined> {
  const [root, version] = await Promise.all(
    ["/", "/api/version"].map((path) =>
      boundedFetch(`${origin}${path}`, { limitMs: ASK_LIMIT_MS }).catch(() => undefined),
    ),
  );
  if (root === undefined && version === undefined) return undefined;
  return (
    /^Ollama is running/.test(root?.text ?? "") || /^\s*\{\s*"version"\s*:\s*"[^"]*"\s*\}\s*$/.test(version?.text ?? "")
  );
}
