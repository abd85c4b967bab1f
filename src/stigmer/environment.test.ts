import { describe, expect, test } from "bun:test";
import { joinLayers, type LayerValue } from "./environment.ts";
import { StigmerError } from "./stigmer-error.ts";

const plain = (value: string): LayerValue => ({ value, isSecret: false });
const secret = (value: string): LayerValue => ({ value, isSecret: true });

describe("the layers of an environment", () => {
  test("are joined, and later ones win", () => {
    const { values } = joinLayers(
      { A: plain("agent"), B: plain("agent") },
      { B: plain("first"), C: plain("first") },
      { C: plain("second"), D: plain("second") },
      { D: plain("runtime") },
    );
    expect(values).toEqual({ A: "agent", B: "first", C: "second", D: "runtime" });
  });

  test("give nothing where there is nothing", () => {
    expect(joinLayers({})).toEqual({ values: {}, secretNames: [] });
  });

  test("take an empty value of the agent's own as a declaration only", () => {
    expect(joinLayers({ TOKEN: secret("") })).toEqual({ values: {}, secretNames: [] });
    expect(joinLayers({ TOKEN: plain("") }, { TOKEN: plain("given") }).values).toEqual({ TOKEN: "given" });
  });

  test("take an empty value of a later layer as it is", () => {
    expect(joinLayers({ A: plain("agent") }, { A: plain("") }).values).toEqual({ A: "" });
  });
});

describe("a secret", () => {
  test("is known by its name", () => {
    expect(joinLayers({ A: plain("a") }, { KEY: secret("k") }).secretNames).toEqual(["KEY"]);
  });

  test("stays one where a later layer gives it another value and does not call it a secret", () => {
    expect(joinLayers({ KEY: secret("") }, { KEY: secret("one") }, { KEY: plain("two") })).toEqual({
      values: { KEY: "two" },
      secretNames: ["KEY"],
    });
  });

  test("becomes one where only a later layer calls it so", () => {
    expect(joinLayers({ KEY: plain("one") }, { KEY: secret("two") }).secretNames).toEqual(["KEY"]);
  });
});

describe("what cannot be an environment variable", () => {
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

  test("is refused without showing the value", () => {
    expect(() => joinLayers({}, { KEY: secret("sk-secret\0") })).toThrow(/^(?!.*sk-secret).*"KEY"/s);
  });
});
