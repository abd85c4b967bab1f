/** Tools whose definitions no provider accepts as they are. */
const deep = Array(200)
  .fill(0)
  .reduce<object>((schema) => ({ type: "object", properties: { a: schema } }), {});

export const ODD_TOOLS = [
  { name: "no_schema", description: "" },
  { name: "no_type", inputSchema: { properties: { text: {} } } },
  { name: "x".repeat(200), description: "d".repeat(20_000), inputSchema: { type: "object" } },
  { name: "dots.and/slashes ü", inputSchema: { type: "object" } },
  { name: "read_file", inputSchema: { type: "object" } },
  {
    name: "references",
    inputSchema: {
      type: "object",
      properties: {
        text: { $ref: "#/$defs/text" },
        tree: { $ref: "#/$defs/tree" },
        far: { $ref: "https://x.example/" },
      },
      $defs: { text: { type: "string" }, tree: { type: "object", properties: { next: { $ref: "#/$defs/tree" } } } },
    },
  },
  { name: "deep", inputSchema: { type: "object", properties: { a: deep } } },
  {
    name: "alternatives",
    inputSchema: { type: "object", oneOf: [{ properties: { a: {} } }, { properties: { b: { type: "array" } } }] },
  },
  {
    name: "bad_keywords",
    inputSchema: {
      type: "object",
      properties: {
        a: { type: "any", description: 7, enum: "x", minimum: "0", exclusiveMinimum: true },
        b: { type: ["string", "string"], pattern: "(", anyOf: [], required: ["a", "a", 1] },
        c: true,
        d: { type: "array", items: [{ type: "string" }], minItems: -1 },
        "no name!": { type: "string" },
        e: { type: "object", dependencies: { a: 1 }, patternProperties: { "(": {} } },
      },
    },
  },
  { name: "no_object", inputSchema: { type: "string" } },
  { name: "bad_argument", inputSchema: { type: "object", properties: { "a b": {} }, required: ["a b"] } },
];

/** The names under which models see them: two are left out. */
export const ODD_NAMES = [
  "alternatives",
  "bad_keywords",
  "deep",
  "dots_and_slashes__",
  "no_schema",
  "no_type",
  "odd_read_file",
  "references",
];
