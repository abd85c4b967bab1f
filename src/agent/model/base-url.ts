import type { ModelConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { defaultProvider } from "./model-choice.ts";

export const OLLAMA_URL = "http://localhost:11434";
const OLLAMA_PORT = "11434";
/** How long a server may take to say whether it is Ollama. */
const ASK_LIMIT_MS = 2_000;
/** How long after it gave no answer it is asked again. */
const ASK_AGAIN_MS = 60_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f00:1\])$/;
const OLLAMAS_NAME = /(^|[.-])ollama([.-]|$)/;
/** Hosts that are known to be no Ollama. */
const PROVIDERS_OWN = /(^|\.)(anthropic\.com|openai\.com|openai\.azure\.com)$/;

/** Where Ollama is looked for. */
export function ollamaUrl(config: ModelConfig): string {
  const shared = defaultProvider(config) === "ollama" ? config.baseUrl : undefined;
  return config.ollamaBaseUrl ?? shared ?? OLLAMA_URL;
}

/** A URL for people: without user, password and query. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

/** Whether a base URL is Ollama's, and why; `ask` where only the server can say. */
export type Verdict = { readonly ollama: boolean; readonly why: string } | "ask";

/**
 * Judges a base URL without asking. Launchers set `STIGMER_LLM_BASE_URL` to Ollama's address whatever the provider is;
 * only an address with a path, as of an OpenAI-compatible endpoint (`http://ollama:11434/v1`), can be meant for another.
 */
export function judge(baseUrl: string, ollamaBaseUrl: string | undefined): Verdict {
  const url = new URL(baseUrl);
  if (/[^/]/.test(url.pathname)) return { ollama: false, why: "it has a path" };
  if (ollamaBaseUrl !== undefined && server(new URL(ollamaBaseUrl)) === server(url))
    return { ollama: true, why: "OLLAMA_BASE_URL is the same" };
  if (url.port === OLLAMA_PORT) return { ollama: true, why: `${OLLAMA_PORT} is Ollama's port` };
  if (OLLAMAS_NAME.test(url.hostname)) return { ollama: true, why: "its host is named ollama" };
  if (PROVIDERS_OWN.test(url.hostname)) return { ollama: false, why: "it is the provider's own host" };
  return "ask";
}

/** The parts that name a server, in one spelling. */
function server({ protocol, hostname, port }: URL): string {
  const host = hostname.replace(/\.$/, "");
  return `${protocol}//${LOOPBACK.test(host) ? "localhost" : host}:${port}`;
}

/** `STIGMER_LLM_BASE_URL` for a provider that is not Ollama. */
export class BaseUrl {
  readonly #config: ModelConfig;
  readonly #log: Logger;
  #decision: Promise<boolean> | undefined;
  /** When the server was asked and did not answer. */
  #silentSince: number | undefined;

  constructor(config: ModelConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /** @returns the URL; `undefined` where none is set, or where it is Ollama's */
  async foreign(): Promise<string | undefined> {
    const { baseUrl } = this.#config;
    if (baseUrl === undefined) return undefined;
    if (this.#silentSince !== undefined && Date.now() - this.#silentSince > ASK_AGAIN_MS) this.#decision = undefined;
    this.#decision ??= this.#decide(baseUrl);
    return (await this.#decision) ? undefined : baseUrl;
  }

  /** Whether it is Ollama's. */
  async #decide(baseUrl: string): Promise<boolean> {
    const shown = `STIGMER_LLM_BASE_URL (${shownUrl(baseUrl)})`;
    const provider = defaultProvider(this.#config);
    const ignored = `it is not used for ${provider}. For an endpoint of your own there, add its path, such as /v1`;
    const verdict = judge(baseUrl, this.#config.ollamaBaseUrl);
    if (verdict !== "ask") {
      if (verdict.ollama) this.#log.warn(`${shown} is taken for Ollama's, since ${verdict.why}: ${ignored}`);
      return verdict.ollama;
    }
    const answer = await askWhetherOllama(new URL(baseUrl).origin);
    if (answer === true) this.#log.warn(`${shown} is Ollama's, as the server says: ${ignored}`);
    else if (answer === false)
      this.#log.info(`${shown} is not Ollama's, as the server shows: it is used for ${provider}`);
    else if (this.#silentSince === undefined) {
      this.#log.warn(
        `${shown} did not say within ${ASK_LIMIT_MS / 1000} s whether it is Ollama's: it is used for ${provider}`,
      );
    }
    this.#silentSince = answer === undefined ? Date.now() : undefined;
    return answer ?? false;
  }
}

/** @returns `undefined` where the server did not answer */
async function askWhetherOllama(origin: string): Promise<boolean | undefined> {
  const [root, version] = await Promise.all(
    ["/", "/api/version"].map((path) => boundedFetch(`${origin}${path}`, ASK_LIMIT_MS).catch(() => undefined)),
  );
  if (root === undefined && version === undefined) return undefined;
  return (
    /^Ollama is running/.test(root?.text ?? "") || /^\s*\{\s*"version"\s*:\s*"[^"]*"\s*\}\s*$/.test(version?.text ?? "")
  );
}
