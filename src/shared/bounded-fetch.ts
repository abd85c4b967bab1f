/** Characters of a body that are read. */
const BODY_LIMIT = 1024 * 1024;

interface BoundedResponse {
  readonly status: number;
  readonly text: string;
}

/**
 * Gets a small text from a server that is not trusted.
 * @throws Error if it does not answer in time, or answers with more than {@link BODY_LIMIT}
 */
export async function boundedFetch(url: string, limitMs: number): Promise<BoundedResponse> {
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > BODY_LIMIT) throw new Error(`the answer of ${url} is longer than ${BODY_LIMIT} characters`);
  }
  return { status: response.status, text };
}
