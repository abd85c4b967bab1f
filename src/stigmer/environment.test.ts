import { describe, expect, test } from "bun:test";
import { type DeclaredValue, joinLayers as join, type Layer, type LayerValue } from "./environment.ts";
import { StigmerError } from "./stigmer-error.ts";

const plain = (value: string): LayerValue => ({ value, isSecret: false });
const secret = (value: string): LayerValue => ({ value, isSecret: true });

const joinLayers = (declared: Readonly<Record<string, DeclaredValue>>, ...layers: Layer[]) =>
  join(declared, ...layers).environment;

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

describe("a name that every object has", () => {
  test.each(["__proto__", "constructor", "toString"])("is a variable as any: %j", (name) => {
    const layer = Object.fromEntries([[name, plain("x")]]);
    expect(Object.entries(joinLayers({}, layer).values)).toEqual([[name, "x"]]);
    expect(join(Object.fromEntries([[name, plain("")]])).missing).toEqual([{ name, description: "" }]);
  });
});

describe("variables without a value", () => {
  test("are those that the agent declares and no layer sets", () => {
    const declared = { A: { ...plain(""), description: "the region" }, B: secret(""), C: plain(""), D: plain("d") };
    expect(join(declared, { C: plain("c") }).missing).toEqual([
      { name: "A", description: "the region" },
      { name: "B", description: "" },
    ]);
  });

  test("are not those that were set to nothing on purpose", () => {
    expect(join({ A: plain("") }, { A: plain("") })).toMatchObject({ missing: [], environment: { values: { A: "" } } });
  });
});

describe("a secret that the backend hides", () => {
  test.each(["", "***", "********", "•••••", "[REDACTED]", "<redacted>", "  "])("replaces no value: %j", (value) => {
    expect(join({}, { KEY: secret("real") }, { KEY: secret(value) })).toEqual({
      environment: { values: { KEY: "real" }, secretNames: ["KEY"] },
      missing: [],
      hidden: ["KEY"],
    });
  });

  test("has no value if no layer has one", () => {
    const joined = join({ KEY: secret("") }, { KEY: secret("***") });
    expect(joined).toEqual({ environment: { values: {}, secretNames: [] }, missing: [], hidden: ["KEY"] });
  });

  test("is no longer hidden if a later layer has its value", () => {
    expect(join({ KEY: secret("***") }, { KEY: secret("") }, { KEY: secret("real") }).hidden).toEqual([]);
  });

  test("is not taken for one that only looks like it", () => {
    const values = { A: plain("***"), B: secret("**"), C: secret("***a"), D: plain("") };
    expect(join({}, values)).toMatchObject({
      environment: { values: { A: "***", B: "**", C: "***a", D: "" } },
      hidden: [],
    });
  });
});
