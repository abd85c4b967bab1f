import { describe, expect, test } from "bun:test";
import { joinLayers, type LayerValue } from "./environment.ts";
import { StigmerError } from "./stigmer-error.ts";

const plain = (value: string): LayerValue => ({ value, isSecret: false });
const secret = (value: string): LayerValue => ({ value, isSecret: true });

describe("the joined layers of an environment", () => {
  test("have the values of later layers", () => {
    const { values } = joinLayers(
      { A: plain("agent"), B: plain("agent") },
      { B: plain("first"), C: plain("first") },
      { C: plain("second"), D: plain("second") },
      { D: plain("runtime") },
    );
    expect(values).toEqual({ A: "agent", B: "first", C: "second", D: "runtime" });
  });

  test("are empty without variables", () => {
    expect(joinLayers({})).toEqual({ values: {}, secretNames: [] });
  });

  test("do not have a variable that the agent only declares with an empty value", () => {
    expect(joinLayers({ TOKEN: secret("") })).toEqual({ values: {}, secretNames: [] });
    expect(joinLayers({ TOKEN: plain("") }, { TOKEN: plain("given") }).values).toEqual({ TOKEN: "given" });
  });

  test("have an empty value of a later layer", () => {
    expect(joinLayers({ A: plain("agent") }, { A: plain("") }).values).toEqual({ A: "" });
  });
});

describe("a secret variable", () => {
  test("is listed by its name", () => {
    expect(joinLayers({ A: plain("a") }, { KEY: secret("k") }).secretNames).toEqual(["KEY"]);
  });

  test("stays secret if a later layer overrides it with a value that is not", () => {
    expect(joinLayers({ KEY: secret("") }, { KEY: secret("one") }, { KEY: plain("two") })).toEqual({
      values: { KEY: "two" },
      secretNames: ["KEY"],
    });
  });

  test("becomes secret if only a later layer marks it", () => {
    expect(joinLayers({ KEY: plain("one") }, { KEY: secret("two") }).secretNames).toEqual(["KEY"]);
  });
});

describe("an invalid environment variable", () => {
  for (const [what, layer] of [
    ["an empty name", { "": plain("x") }],
    ["a name with an equals sign", { "A=B": plain("x") }],
    ["a name with a NUL character", { "A\0": plain("x") }],
    ["a value with a NUL character", { A: plain("x\0y") }],
  ] as const) {
    test(`is refused: ${what}`, () => {
      expect(() => joinLayers({}, layer)).toThrow(StigmerError);
    });
  }

  test("is refused without its value in the message", () => {
    expect(() => joinLayers({}, { KEY: secret("sk-secret\0") })).toThrow(/^(?!.*sk-secret).*"KEY"/s);
  });
});
