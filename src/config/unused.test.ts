import { expect, test } from "bun:test";
import { loadConfig } from "./index.ts";

test("variables of Temporal's own programs cause a warning that says what to do instead", () => {
  const load = (env: Record<string, string>) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });
  expect(load({ TEMPORAL_NAMESPACE: "default", TEMPORAL_PROFILE: "" }).warnings).toEqual([]);
  expect(load({ TEMPORAL_PROFILE: "cloud", TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: "true" }).warnings).toEqual([
    expect.stringMatching(/^TEMPORAL_PROFILE is set and has no effect: .*TEMPORAL_\* variables/),
    expect.stringMatching(/^TEMPORAL_TLS_DISABLE_HOST_VERIFICATION is set .*TEMPORAL_TLS_SERVER_NAME/),
  ]);
});
