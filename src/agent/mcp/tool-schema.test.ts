import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { schemaProblem } from "../../../test/support/tool-definitions.ts";
import { mendSchema, SCHEMA_LIMIT } from "./tool-schema.ts";

const properties = (schema: unknown) => mendSchema(schema).properties;

const KEYWORDS = [
  ...["type", "properties", "$ref", "items", "anyOf", "required", "__proto__", "x", "enum", "description", "pattern"],
  ...["additionalProperties", "not", "minimum", "exclusiveMaximum", "uniqueItems", "patternProperties", "maxItems"],
  ...["dependentRequired", "prefixItems", "if", "const", "default", "examples", "allOf", "contains", "minContains"],
];
const NAMES = Array.from({ length: 5_000 }, (_, index) => `p${index}`);

describe("a schema of a server", () => {
  test("may be missing, or say no type", () => {
    expect(mendSchema(undefined)).toEqual({ type: "object", properties: {} });
    expect(mendSchema({})).toEqual({ type: "object", properties: {} });
    expect(mendSchema({ properties: { a: { type: "string" } }, required: ["a", "b", 7] })).toEqual({
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
    });
    expect(mendSchema({ type: ["object", "null"] }).type).toBe("object");
  });

  test.each<[string, unknown, string]>([
    ["no object", 7, "its schema is not an object"],
    ["arguments that are no object", { type: "string" }, "its arguments are not an object"],
    ["a bad name", { properties: { "a b": {} }, required: ["a b"] }, "do not accept the name of its argument"],
    ["5,000 properties", { properties: Object.fromEntries(NAMES.map((name) => [name, {}])) }, "its schema has more"],
  ])("cannot be used with %s", (_, schema, problem) => {
    expect(() => mendSchema(schema)).toThrow(problem);
  });

  test("gets its references replaced, wherever they point", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        home: { $ref: "#/$defs/address", description: "Where to" },
        old: { $ref: "#/definitions/a~1b" },
        same: { $ref: "#/properties/home" },
        other: { $ref: "https://example.com/x.json", description: "Elsewhere" },
        none: { $ref: "#/$defs/none" },
        list: { type: "array", items: { $ref: "#/$defs/address" } },
      },
      $defs: { address: { type: "object", properties: { street: { type: "string" } } } },
      definitions: { "a/b": { enum: [1] } },
    };
    const address = { type: "object", properties: { street: { type: "string" } } };
    expect(properties(schema)).toEqual({
      home: { ...address, description: "Where to" },
      old: { enum: [1] },
      same: { ...address, description: "Where to" },
      other: { description: "Elsewhere" },
      none: {},
      list: { type: "array", items: address },
    });
  });

  test("may refer to itself: the recursion is cut", () => {
    const node = { type: "object", properties: { next: { $ref: "#/$defs/node" }, name: { type: "string" } } };
    const mended = properties({ type: "object", properties: { tree: { $ref: "#/$defs/node" } }, $defs: { node } });
    expect(mended).toEqual({ tree: { type: "object", properties: { next: {}, name: { type: "string" } } } });
    expect(properties({ type: "object", properties: { self: { $ref: "#" } } })).toEqual({
      self: { type: "object", properties: { self: {} } },
    });
  });

  test("that would become huge is simplified", () => {
    const $defs: Record<string, object> = { d0: { type: "string" } };
    for (let level = 1; level < 30; level++)
      $defs[`d${level}`] = {
        type: "object",
        properties: Object.fromEntries(["a", "b", "c"].map((key) => [key, { $ref: `#/$defs/d${level - 1}` }])),
      };
    const mended = mendSchema({ type: "object", properties: { top: { $ref: "#/$defs/d29" } }, $defs });
    expect(JSON.stringify(mended).length).toBeLessThan(SCHEMA_LIMIT);
    const long = mendSchema({
      properties: {
        a: { type: "string", enum: ["x".repeat(SCHEMA_LIMIT)], description: "One" },
        b: { type: "array", items: { type: "string" } },
      },
      required: ["a"],
    });
    expect(long).toEqual({
      type: "object",
      properties: { a: { type: "string", description: "One" }, b: { type: "array", items: {} } },
      required: ["a"],
    });
  });

  test("that is too deep allows anything below", () => {
    let schema: object = { type: "string" };
    for (let level = 0; level < 1_000; level++) schema = { type: "object", properties: { a: schema } };
    expect(JSON.stringify(mendSchema(schema)).length).toBeLessThan(2_000);
  });

  test("with alternatives at the top gets the properties of all of them", () => {
    const schema = {
      type: "object",
      properties: { id: { type: "string" } },
      allOf: [{ properties: { both: { type: "number" } }, required: ["both"] }],
      oneOf: [
        { properties: { a: { type: "string" } }, required: ["a"] },
        { properties: { b: { type: "string" } }, required: ["b"] },
      ],
    };
    expect(mendSchema(schema)).toEqual({
      type: "object",
      properties: { id: { type: "string" }, both: { type: "number" }, a: { type: "string" }, b: { type: "string" } },
      required: ["both"],
    });
  });

  test("loses what providers or their clients cannot read", () => {
    expect(
      properties({
        properties: {
          pattern: { type: "string", pattern: "(" },
          list: { type: "array" },
          pair: { type: "array", items: [{ type: "string" }, { type: "number" }] },
          any: true,
          int: { type: "int", minimum: 0 },
          maybe: { type: ["array", "none", "null"] },
          "no name!": { type: "string" },
        },
      }),
    ).toEqual({
      pattern: { type: "string" },
      list: { type: "array", items: {} },
      pair: { type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } },
      any: {},
      int: { minimum: 0 },
      maybe: { type: ["array", "null"], items: {} },
    });
  });

  test("may be anything: it is mended or refused, and mending it again changes nothing", () => {
    fc.assert(
      fc.property(
        fc.object({
          key: fc.constantFrom(...KEYWORDS),
          values: [
            fc.constantFrom("string", "object", "array", "(", "x"),
            fc.integer(),
            fc.boolean(),
            fc.constant(null),
          ],
          maxDepth: 5,
        }),
        (schema) => {
          let mended: ReturnType<typeof mendSchema>;
          try {
            mended = mendSchema(schema);
          } catch (error) {
            expect(String(error)).toContain("SchemaProblem");
            return;
          }
          expect(JSON.stringify(mendSchema(mended))).toBe(JSON.stringify(mended));
          expect(schemaProblem(mended)).toBeUndefined();
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("keeps what is right, and loses what no provider accepts", () => {
    const right = {
      a: { type: ["string", "null"], pattern: "^a", minLength: 0, enum: ["a"], format: "email", examples: ["b"] },
      b: { type: "number", exclusiveMinimum: 0, multipleOf: 0.1, deprecated: true, nullable: true, default: 7 },
    };
    expect(properties({ properties: right })).toEqual(right);
    const wrong = {
      a: { type: "any", enum: [], description: 7, minLength: -1, minimum: "0", exclusiveMinimum: true, format: 1 },
      b: {
        type: ["string", "any"],
        anyOf: [],
        required: ["x", "x", 1],
        dependencies: {},
        patternProperties: { "(": {} },
      },
    };
    expect(properties({ properties: wrong })).toEqual({
      a: {},
      b: { type: ["string"], required: ["x"], patternProperties: {} },
    });
  });
});
