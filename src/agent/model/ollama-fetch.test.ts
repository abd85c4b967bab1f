import { afterAll, expect, test } from "bun:test";
import { ollamaFetch } from "./ollama-fetch.ts";

/** Answers with the query's `body` and `status`. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request) => {
    const { searchParams } = new URL(request.url);
    return new Response(searchParams.get("body"), { status: Number(searchParams.get("status") ?? 200) });
  },
});
afterAll(() => server.stop(true));

const get = (body: string, status = 200) =>
  ollamaFetch(`${server.url}?${new URLSearchParams({ body, status: `${status}` })}`);
const END = '{"message":{"content":""},"done":true,"done_reason":"stop"}';

test("an answer is passed on unchanged, also without a newline at its end", async () => {
  const body = `{"message":{"content":"Grüße"},"done":false}\n\n${END}`;
  expect(await (await get(body)).text()).toBe(body);
});

test("an invalid answer fails with the reason", async () => {
  const cases: Record<string, string> = {
    "": "the stream ended before the answer was complete",
    '{"done":false}\n': "the stream ended before the answer was complete",
    "<html></html>": "a line of the answer is not JSON: <html></html>",
    [`{"done":false}\n{"mess\n${END}\n`]: 'a line of the answer is not JSON: {"mess',
    "null\n": "a line of the answer is not an object: null",
  };
  for (const [body, message] of Object.entries(cases))
    await expect((await get(body)).text()).rejects.toMatchObject({ kind: "broken", message });
});

test("an error within an answer is reported as an error", async () => {
  const text = (await get('{"done":false}\n{"error":"out of memory"}\n')).text();
  await expect(text).rejects.toMatchObject({ kind: "error", message: "out of memory" });
});

test("an error response has its status, and Ollama's message or the whole text", async () => {
  await expect(get('{"error":"busy"}', 503)).rejects.toMatchObject({ status: 503, message: "busy" });
  await expect(get("<html>Bad Gateway</html>", 502)).rejects.toMatchObject({
    status: 502,
    message: "<html>Bad Gateway</html>",
  });
});
