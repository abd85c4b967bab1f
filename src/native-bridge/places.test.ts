import { expect, test } from "bun:test";
import { places } from "./places.ts";

const directories = (env: Record<string, string>) => places("/data", env).map(({ directory }) => directory);
const user = process.geteuid?.() ?? -1;

test("the data directory comes first, then the cache, then the temporary directory", () => {
  expect(directories({ HOME: "/home/me", XDG_CACHE_HOME: "/cache", TMPDIR: "/scratch" })).toEqual([
    "/data/native-bridge",
    "/cache/agent-runner/native-bridge",
    `/scratch/agent-runner-native-bridge-${user}`,
  ]);
});

test("without XDG_CACHE_HOME, or with a relative one, the cache is in the home directory", () => {
  for (const env of [{ HOME: "/home/me" }, { HOME: "/home/me", XDG_CACHE_HOME: "cache" }])
    expect(directories(env)[1]).toBe("/home/me/.cache/agent-runner/native-bridge");
});

test("without a home directory there is no cache", () => {
  expect(directories({})).toEqual(["/data/native-bridge", `/tmp/agent-runner-native-bridge-${user}`]);
});

test("only missing parents of the temporary directory are not created", () => {
  expect(places("/data", { HOME: "/home/me" }).map(({ createParents }) => createParents)).toEqual([true, true, false]);
});
