import { describe, expect, test } from "bun:test";
import { runtimeEnv } from "./runtime-env.ts";

describe("variables on the command line", () => {
  test("are names and values, where the value may contain anything", () => {
    expect(runtimeEnv(["REGION=eu", "QUERY=a=b&c=d", "EMPTY="], [], {})).toMatchObject({
      REGION: { value: "eu", isSecret: false },
      QUERY: { value: "a=b&c=d", isSecret: false },
      EMPTY: { value: "", isSecret: false },
    });
  });

  test("are refused without a name or a value", () => {
    for (const pair of ["REGION", "=eu", ""]) expect(() => runtimeEnv([pair], [], {})).toThrow("NAME=value");
  });

  test("give way to a secret of the same name", () => {
    expect(runtimeEnv(["KEY=plain"], ["KEY"], { KEY: "secret" })["KEY"]).toMatchObject({
      value: "secret",
      isSecret: true,
    });
  });
});

describe("secrets", () => {
  test("are taken from the environment of the command", () => {
    expect(runtimeEnv([], ["API_KEY"], { API_KEY: "sk-1", OTHER: "x" })).toMatchObject({
      API_KEY: { value: "sk-1", isSecret: true },
    });
  });

  test("are refused where they are not set", () => {
    expect(() => runtimeEnv([], ["API_KEY"], {})).toThrow("API_KEY is not set in the environment of this command");
  });

  test("are refused with a value, which is not repeated: the command line is seen by others already", () => {
    expect(() => runtimeEnv([], ["API_KEY=sk-1"], { API_KEY: "sk-1" })).toThrow(/^--secret-env takes only a name/);
    expect(() => runtimeEnv([], ["API_KEY=sk-1"], {})).toThrow(/^(?!.*sk-1)/);
  });
});
