import { expect, test } from "bun:test";
import { Answers } from "./answers.ts";
import { inExchange } from "./exchange.ts";
import { serverFetch } from "./server-fetch.ts";

const url = "http://server.test/mcp";

test("a look-up that hangs ends with the request, which was not sent", async () => {
  const policy = { check: async () => await new Promise<never>(() => undefined) };
  const fetch = serverFetch({ policy, answers: new Answers(), isStreamOptional: true });
  const controller = new AbortController();
  const exchange = { isBegun: false, isUnsent: false };
  const response = inExchange(exchange, async () => await fetch(url, { method: "POST", signal: controller.signal }));
  controller.abort(new Error("cancelled"));
  await expect(response).rejects.toThrow("cancelled");
  expect<object>(exchange).toEqual({ isBegun: true, isUnsent: true, waitsFor: "the look-up of the name" });
});
