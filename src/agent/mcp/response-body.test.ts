import { expect, test } from "bun:test";
import { Answers } from "./answers.ts";
import { Pace } from "./pace.ts";
import { limitedResponse } from "./response-body.ts";

test("several messages at once are limited, also if the body begins with a piece of spaces", async () => {
  const pieces = ["\n  ", "[", " ".repeat(1024 * 1024), "]"].map((piece) => new TextEncoder().encode(piece));
  const response = new Response(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    }),
    { headers: { "content-type": "application/json" } },
  );
  const url = new URL("http://server.test/mcp");
  const deps = {
    url,
    pace: new Pace(),
    exchange: undefined,
    answers: new Answers(),
    signal: new AbortController().signal,
    release: () => undefined,
  };
  await expect(limitedResponse(response, deps).text()).rejects.toThrow("several messages at once");
});
