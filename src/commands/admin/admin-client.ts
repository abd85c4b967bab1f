import * as v from "valibot";
import { loadSettings, localSettings, withoutUrlSecrets } from "../../config/index.ts";
import { boundedText } from "../../shared/bounded-fetch.ts";
import { parseJson } from "../../shared/parse-json.ts";
import { type AdminOptions, adminUrl } from "./admin-address.ts";
import { refusal } from "./answers.ts";
import { noAnswer, notARunner } from "./request-failure.ts";

/** How long an answer may take. */
const LIMIT_MS = 5_000;
/** Characters of an answer: many times what a page of executions has. */
const MAX_LENGTH = 32 * 1024 * 1024;

/** Why a request to the admin server failed. The message is for people. */
export class AdminRequestError extends Error {
  override readonly name = "AdminRequestError";
  /** The status of the answer; absent if there was none. */
  readonly status: number | undefined;
  /** What the server says about it, without its URL; absent if it says nothing. */
  readonly said: string | undefined;

  constructor(message: string, status?: number, said?: string) {
    super(message);
    this.status = status;
    this.said = said;
  }

  /** Whether no runner has answered: there was no answer, or it came from another server or a proxy. */
  get isUnanswered(): boolean {
    return this.said === undefined;
  }
}

export interface AdminRequest {
  readonly method?: "GET" | "POST" | "PUT";
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Statuses that are no errors, besides those of success. */
  readonly accept?: readonly number[];
  /** Whether the answer may take as long as it likes. */
  readonly waits?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Asks the admin server of a running runner. Loads nothing heavy. */
export class AdminClient {
  readonly url: string;
  readonly #token: string | undefined;
  readonly #limitMs: number;

  /** @throws AdminUrlError; ConfigError */
  constructor(options: AdminOptions, limitMs = LIMIT_MS) {
    this.url = adminUrl(options);
    const { token, tokenFile } = localSettings.admin.settings;
    const given = loadSettings({ token, tokenFile }, options);
    this.#token = given.token ?? given.tokenFile;
    this.#limitMs = limitMs;
  }

  /** The URL as people may see it. */
  get shownUrl(): string {
    return withoutUrlSecrets(this.url);
  }

  /** @throws AdminRequestError; the signal's reason */
  async ask<S extends v.GenericSchema>(
    path: string,
    schema: S,
    { method = "GET", body, accept = [], waits = false, signal }: AdminRequest = {},
  ): Promise<v.InferOutput<S>> {
    const url = `${this.url}${path}`;
    // In messages the query would be a secret.
    const shown = url.replace(/\?.*$/, "");
    const limits = [...(waits ? [] : [AbortSignal.timeout(this.#limitMs)]), ...(signal === undefined ? [] : [signal])];
    let status: number;
    try {
      const response = await fetch(url, {
        method,
        redirect: "error",
        signal: AbortSignal.any(limits),
        // Bun's own limit would end a request that waits.
        timeout: false,
        headers: {
          ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = response.status;
      const answer = parseJson(await boundedText(response, MAX_LENGTH));
      if (!response.ok && !accept.includes(status)) throw this.#refused(shown, status, answer);
      const result = v.safeParse(schema, answer);
      if (result.success) return result.output;
    } catch (error) {
      if (error instanceof AdminRequestError || signal?.aborted) throw error;
      throw new AdminRequestError(noAnswer(shown, error, this.#limitMs));
    }
    throw new AdminRequestError(notARunner(shown, status), status);
  }

  /** Something in between may answer for the runner; then the runner has not answered. */
  #refused(url: string, status: number, answer: unknown): AdminRequestError {
    const parsed = v.safeParse(refusal, answer);
    if (!parsed.success) return new AdminRequestError(notARunner(url, status), status);
    const said = parsed.output.error.message;
    const remedy =
      status === 401
        ? ". Set ADMIN_TOKEN or ADMIN_TOKEN_FILE to the runner's, in the environment or in a file that --env-file names"
        : "";
    return new AdminRequestError(`${withoutUrlSecrets(url)}: ${said}${remedy}`, status, said);
  }
}
