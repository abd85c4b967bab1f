import { expect, test } from "bun:test";
import { loadClientConfig } from "./index.ts";

test("a client needs nothing that only a runner in a cluster has to have", () => {
  const env = { MODE: "cloud", STIGMER_BACKEND_ENDPOINT: "localhost:7234", STIGMER_API_KEY: "my-key" };
  expect(loadClientConfig({ env, envFile: "/dev/null" })).toEqual({
    endpoint: "localhost:7234",
    tls: false,
    apiKey: "my-key",
  });
});

test("what a client does need is checked", () => {
  const env = { STIGMER_BACKEND_ENDPOINT: "http://localhost:7234" };
  expect(() => loadClientConfig({ env, envFile: "/dev/null" })).toThrow("STIGMER_BACKEND_ENDPOINT");
});
