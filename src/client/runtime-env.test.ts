import { describe, expect, test } from "bun:test";
import { runtimeEnv } from "./runtime-env.ts";

describe("--env", () => {
  test("takes NAME=value with any value", () => {
    expect(runtimeEnv(["REGION=eu", "QUERY=a=b&c=d", "EMPTY="], [], {})).toMatchObject({
      REGION: { value: "eu", isSecret: false },
      QUERY: { value: "a=b&c=d", isSecret: false },
      EMPTY: { value: "", isSecret: false },
    });
  });

  test("is refused without a name or a value", () => {
    for (const pair of ["REGION", "=eu", ""]) expect(() => runtimeEnv([pair], [], {})).toThrow("NAME=value");
  });

  test("is refused with a name that no command can have, without the value", () => {
    for (const name of ["my-var", "1A", "A B", "UID"]) {
      expect(() => runtimeEnv([`${name}=sk-1`], [], {})).toThrow(/^--env .*: commands cannot have(?!.*sk-1)/);
      expect(() => runtimeEnv([], [name], { [name]: "sk-1" })).toThrow(/^--secret-env .*: commands cannot(?!.*sk-1)/);
    }
  });

  test("takes a name that every object has", () => {
    expect(Object.keys(runtimeEnv(["__proto__=x"], [], {}))).toEqual(["__proto__"]);
  });

  test("is overridden by a secret of the same name", () => {
    expect(runtimeEnv(["KEY=plain"], ["KEY"], { KEY: "secret" })["KEY"]).toMatchObject({
      value: "secret",
      isSecret: true,
    });
  });
});

describe("--secret-env", () => {
  test("takes values from the environment of the command", () => {
    expect(runtimeEnv([], ["API_KEY"], { API_KEY: "sk-1", OTHER: "x" })).toMatchObject({
      API_KEY: { value: "sk-1", isSecret: true },
    });
  });

  test("is refused if the variable is not set", () => {
    expect(() => runtimeEnv([], ["API_KEY"], {})).toThrow("API_KEY is not set in the environment of this command");
  });

  test("is refused with a value, without repeating the value", () => {
    expect(() => runtimeEnv([], ["API_KEY=sk-1"], { API_KEY: "sk-1" })).toThrow(/^--secret-env takes only a name/);
    expect(() => runtimeEnv([], ["API_KEY=sk-1"], {})).toThrow(/^(?!.*sk-1)/);
  });
});
