import { expect, test } from "bun:test";
import { loadTemporalConfig } from "./index.ts";

test("Temporal is found by its own variables, without those that only a runner has to have", () => {
  const env = { MODE: "cloud", TEMPORAL_ADDRESS: "temporal:7233", TEMPORAL_NAMESPACE: "prod", ADMIN_HOST: "0.0.0.0" };
  expect(loadTemporalConfig({ env, envFile: "/dev/null" })).toMatchObject({
    address: "temporal:7233",
    namespace: "prod",
  });
});

test("what is wrong with them is said", () => {
  const env = { TEMPORAL_SERVICE_ADDRESS: "http://temporal" };
  expect(() => loadTemporalConfig({ env, envFile: "/dev/null" })).toThrow("TEMPORAL_SERVICE_ADDRESS");
});
