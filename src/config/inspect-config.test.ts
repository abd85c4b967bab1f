import { expect, test } from "bun:test";
import { inspectConfig } from "./index.ts";

const inspect = (env: Readonly<Record<string, string>>, envFile = "/dev/null") => inspectConfig({ env, envFile });

test("the valid parts of a configuration are there, the others are not", () => {
  const { config, problems } = inspect({ MODE: "cloud", REDIS_HOST: "redis", REDIS_PORT: "x", DAYTONA_API_KEY: "key" });
  expect(problems.map(({ variable }) => variable).sort()).toEqual(["REDIS_PORT", "STIGMER_API_KEY"]);
  expect(config).toMatchObject({ mode: "cloud", temporal: { address: "localhost:7233" }, daytona: { apiKey: "key" } });
  expect(Object.keys(config)).not.toContain("redis");
  expect(Object.keys(config)).not.toContain("credentials");
});

test("secrets are known even if something else is not valid, or they are not valid themselves", () => {
  const { secrets } = inspect({ MODE: "cloud", DAYTONA_API_KEY: "of-daytona", ADMIN_TOKEN: "short", REDIS_PORT: "x" });
  expect(secrets).toEqual(expect.arrayContaining(["of-daytona", "short"]));
  expect(inspect({ MODE: "cluster", REDIS_PASSWORD: "of-redis" }).secrets).toContain("of-redis");
});

test("without a known mode, what both modes have is there", () => {
  const { config } = inspect({ MODE: "cluster", TEMPORAL_NAMESPACE: "mine" });
  expect(config).toMatchObject({ mode: undefined, temporal: { namespace: "mine" }, admin: { port: 8790 } });
});

test("without the env file nothing is certain", () => {
  const { config, problems } = inspect({ MODE: "local" }, "/nowhere/at-all.env");
  expect([config, problems.length]).toEqual([{ mode: undefined }, 1]);
});

test("a mode that is not set is a hint only if something is wrong", () => {
  expect(inspect({}).hints).toEqual([expect.stringContaining("agent-runner dev")]);
  expect(inspect({ MODE: "cloud" }).hints).toEqual([]);
});
