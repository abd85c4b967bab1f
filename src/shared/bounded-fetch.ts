/** Characters of a body that are read, unless another limit is given. */
const BODY_LIMIT = 1024 * 1024;

interface BoundedResponse {
  readonly status: number;
  readonly text: string;
}

export interface BoundedRequest {
  /** For the whole answer. */
  readonly limitMs: number;
  /** Maximum number of characters of the body. */
  readonly maxLength?: number | undefined;
  readonly method?: "GET" | "POST" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `error` where a redirect could lead a key elsewhere. */
  readonly redirect?: "follow" | "error" | undefined;
}

/**
 * Gets a small text from a server that is not trusted.
 * @throws Error if it does not answer in time, or answers with more than the limit; the signal's reason
 */
export async function boundedFetch(url: string, request: BoundedRequest): Promise<BoundedResponse> {
  const { limitMs, maxLength = BODY_LIMIT, signal, method, headers, body, redirect = "follow" } = request;
  const limit = AbortSignal.timeout(limitMs);
  const response = await fetch(url, {
    signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    redirect,
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await boundedText(response, maxLength) };
}

/** The body of a response. @throws Error if it has more characters than the limit */
export async function boundedText(response: Response, maxLength: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxLength) throw new Error(`its answer is longer than ${maxLength} characters`);
  }
  return text;
}
