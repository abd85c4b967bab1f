/** What providers refuse of the definitions of tools. */
import Ajv2020 from "ajv/dist/2020.js";
import { isRecord } from "../../src/shared/is-record.ts";

interface ToolDefinition {
  readonly name: string;
  readonly description?: unknown;
  readonly schema: unknown;
}

interface ToolRules {
  readonly name: RegExp;
  readonly count: number;
  /** Of the arguments. */
  readonly property: RegExp;
}

export const OPENAI_TOOLS: ToolRules = { name: /^[a-zA-Z0-9_-]{1,64}$/, count: 128, property: /^/ };
export const ANTHROPIC_TOOLS: ToolRules = {
  name: /^[a-zA-Z0-9_-]{1,128}$/,
  count: Number.POSITIVE_INFINITY,
  property: /^[a-zA-Z0-9_.-]{1,64}$/,
};
export const OLLAMA_TOOLS: ToolRules = { ...ANTHROPIC_TOOLS, name: /./, property: /^/ };

const AT_THE_TOP = ["oneOf", "anyOf", "allOf", "enum", "not"];
const ajv = new Ajv2020({ strict: false });

/** Why a request with these tools is refused; `undefined` if it is not. */
export function toolProblem(tools: readonly ToolDefinition[], rules: ToolRules): string | undefined {
  if (tools.length > rules.count) return `Invalid 'tools': array too long, ${tools.length} > ${rules.count}`;
  if (new Set(tools.map(({ name }) => name)).size < tools.length) return "tools: Tool names must be unique.";
  for (const { name, description = "", schema } of tools) {
    const refused = (why: string) => `tool ${JSON.stringify(name)}: ${why}`;
    if (!rules.name.test(name)) return refused(`the name does not match ${rules.name}`);
    if (typeof description !== "string") return refused("the description is no string");
    if (!isRecord(schema) || schema["type"] !== "object") return refused("schema must be of type 'object'");
    const { properties } = schema;
    if (!isRecord(properties)) return refused("object schema missing properties");
    const key = Object.keys(properties).find((one) => !rules.property.test(one));
    if (key !== undefined) return refused(`property keys should match ${rules.property}: ${key}`);
    const combinator = AT_THE_TOP.find((one) => Object.hasOwn(schema, one));
    if (combinator !== undefined) return refused(`schema must not have '${combinator}' at the top level`);
    const problem = schemaProblem(schema);
    if (problem !== undefined) return refused(problem);
  }
  return undefined;
}

/** Why a schema is none, or refers to something that is not in it. */
export function schemaProblem(schema: Readonly<Record<string, unknown>>): string | undefined {
  // They read every version as the newest one.
  const { $schema: _, ...rest } = schema;
  if (ajv.validateSchema(rest) !== true) return `invalid JSON schema: ${ajv.errorsText(ajv.errors)}`;
  for (const one of schemasIn(schema)) {
    if (one["$ref"] !== undefined) return "reference that cannot be resolved";
    if (one["type"] === "array" && one["items"] === undefined) return "array schema missing items";
  }
  return undefined;
}

/** A schema and all within it; values such as defaults are none. */
function* schemasIn(schema: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (!isRecord(schema)) return;
  yield schema;
  for (const [keyword, value] of Object.entries(schema)) {
    if (["items", "additionalProperties", "contains", "not", "if", "then", "else"].includes(keyword))
      yield* schemasIn(value);
    if (["anyOf", "allOf", "oneOf", "prefixItems", "properties", "patternProperties"].includes(keyword))
      for (const one of Object.values(value ?? {})) yield* schemasIn(one);
  }
}
