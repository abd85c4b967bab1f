import { describe, expect, test } from "bun:test";
import { type EnvMap, loadConfig } from "./index.ts";

/** A file that is there. */
const FILE = import.meta.path;
const load = (env: EnvMap) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });

describe("settings that contradict each other or miss their other half", () => {
  test("are the scripted model without a script", () => {
    expect(() => load({ STIGMER_LLM_PROVIDER: "scripted" })).toThrow("STIGMER_LLM_SCRIPT is not set although");
    expect(load({ STIGMER_LLM_PROVIDER: "scripted", STIGMER_LLM_SCRIPT: FILE }).config.model.script).toBe(FILE);
  });

  test("are containers, which there are none of: commands must not run on this machine instead", () => {
    expect(() => load({ STIGMER_EXECUTION_MODE: "sandbox" })).toThrow("STIGMER_EXECUTION_MODE");
    expect(load({ STIGMER_EXECUTION_MODE: "auto" }).config.mode).toBe("local");
  });

  test("are reported together", () => {
    const env = { STIGMER_LLM_PROVIDER: "scripted", TEMPORAL_TLS: "false", TEMPORAL_TLS_SERVER_NAME: "temporal" };
    expect(() => load(env)).toThrow(/TEMPORAL_TLS is false.*STIGMER_LLM_SCRIPT/s);
  });
});
