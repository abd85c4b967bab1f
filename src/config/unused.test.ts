import { expect, test } from "bun:test";
import { loadConfig } from "./index.ts";

test("variables of Temporal's other programs that have no effect are told, with what to do instead", () => {
  const load = (env: Record<string, string>) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });
  expect(load({ TEMPORAL_NAMESPACE: "default", TEMPORAL_PROFILE: "" }).unused).toEqual([]);
  expect(load({ TEMPORAL_PROFILE: "cloud", TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: "true" }).unused).toEqual([
    { variable: "TEMPORAL_PROFILE", instead: expect.stringContaining("TEMPORAL_* variables") },
    {
      variable: "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION",
      instead: expect.stringContaining("TEMPORAL_TLS_SERVER_NAME"),
    },
  ]);
});
