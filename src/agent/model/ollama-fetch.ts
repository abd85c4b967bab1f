import { headOfWords } from "../../shared/text.ts";
import { ModelStreamError } from "./model-stream-error.ts";

/** Maximum length of a line, which has a piece of text or one tool call with its arguments. */
const LINE_LIMIT = 16 * 1024 * 1024;
/** Characters of an invalid line that are shown. */
const SHOWN_LIMIT = 200;
/** Characters of an error page that are read. */
const ERROR_LIMIT = 64 * 1024;

/** An error response of Ollama, or of a proxy in front of it. */
class OllamaHttpError extends Error {
  override readonly name = "OllamaHttpError";
  readonly status: number;
  readonly headers: Headers;

  constructor(status: number, message: string, headers: Headers) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * The `fetch` of Ollama's client. That client ignores lines that are not JSON, and reports neither why a stream ended nor the
 * status of an error.
 * @throws OllamaHttpError for an error response; reading the body fails with ModelStreamError
 */
export async function ollamaFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(input, init);
  if (!response.ok) throw new OllamaHttpError(response.status, await errorText(response), response.headers);
  if (response.body === null) throw new ModelStreamError("broken", "the answer has no body");
  return new Response(checkedLines(response.body), { status: response.status, headers: response.headers });
}

async function errorText(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ERROR_LIMIT) break;
  }
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // Not a response of Ollama itself.
  }
  return text === "" ? response.statusText : text;
}

/** The same bytes. Fails at a line that is not part of an answer, and at the end if the last line is missing. */
function checkedLines(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const decoder = new TextDecoder();
  let rest = "";
  let done = false;
  const take = (text: string, isLast: boolean) => {
    const lines = (rest + text).split("\n");
    rest = isLast ? "" : (lines.pop() ?? "");
    if (rest.length > LINE_LIMIT)
      throw new ModelStreamError("broken", `a line is longer than ${LINE_LIMIT} characters`);
    for (const line of lines) if (line.trim() !== "") done = checkLine(line) || done;
  };
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        take(decoder.decode(chunk, { stream: true }), false);
        controller.enqueue(chunk);
      },
      flush() {
        take(decoder.decode(), true);
        if (!done) throw new ModelStreamError("broken", "the stream ended before the answer was complete");
      },
    }),
  );
}

/** @returns whether it is the last line of an answer */
function checkLine(line: string): boolean {
  let part: unknown;
  try {
    part = JSON.parse(line);
  } catch {
    throw new ModelStreamError("broken", `a line of the answer is not JSON: ${headOfWords(line, SHOWN_LIMIT)}`);
  }
  if (typeof part !== "object" || part === null)
    throw new ModelStreamError("broken", `a line of the answer is not an object: ${headOfWords(line, SHOWN_LIMIT)}`);
  const { error, done } = part as { error?: unknown; done?: unknown };
  if (error !== undefined)
    throw new ModelStreamError("error", typeof error === "string" ? error : JSON.stringify(error));
  return done === true;
}
