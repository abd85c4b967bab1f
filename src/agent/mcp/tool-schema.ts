import { isRecord } from "../../shared/is-record.ts";
import { type JsonObject, SchemaMender } from "./schema-mender.ts";

/** Characters of a schema as JSON. A larger one costs more than its tool is worth. */
export const SCHEMA_LIMIT = 30_000;
/** What Anthropic accepts as the name of a property. */
const PROPERTY_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
/** Providers refuse these at the top of a schema. */
const COMBINATORS = ["allOf", "anyOf", "oneOf"] as const;

/** A schema for the arguments of a tool that every provider accepts. */
export type ToolSchema = JsonObject & { readonly type: "object"; readonly properties: JsonObject };

/** A schema cannot be mended; the message continues "it is left out: ". */
export class SchemaProblem extends Error {
  override readonly name = "SchemaProblem";
}

/**
 * Mends a schema of a server. What is lost makes the schema more permissive: the server checks the arguments itself.
 * @throws SchemaProblem if no usable schema is left
 */
export function mendSchema(schema: unknown): ToolSchema {
  if (schema === undefined || schema === null) return { type: "object", properties: {} };
  if (!isRecord(schema)) throw new SchemaProblem("its schema is not an object");
  const { type } = schema;
  if (type !== undefined && type !== "object" && !(Array.isArray(type) && type.includes("object")))
    throw new SchemaProblem(`its arguments are not an object, but ${JSON.stringify(type).slice(0, 50)}`);
  const full = topLevel(new SchemaMender(schema).mend(schema));
  if (sizeOf(full) <= SCHEMA_LIMIT) return full;
  const flat = flattened(full);
  if (sizeOf(flat) <= SCHEMA_LIMIT) return flat;
  throw new SchemaProblem(`its schema has more than ${SCHEMA_LIMIT} characters`);
}

function topLevel(mended: unknown): ToolSchema {
  const schema: JsonObject = isRecord(mended) ? mended : {};
  const parts = COMBINATORS.flatMap((name) => (Array.isArray(schema[name]) ? schema[name].filter(isRecord) : []));
  const always = [schema, ...(Array.isArray(schema["allOf"]) ? schema["allOf"].filter(isRecord) : [])];
  const all = new Map<string, unknown>();
  for (const { properties } of [schema, ...parts])
    if (isRecord(properties))
      for (const [name, value] of Object.entries(properties)) if (!all.has(name)) all.set(name, value);
  const wanted = new Set(always.flatMap(({ required }) => (Array.isArray(required) ? required : [])));
  const bad = [...all.keys()].filter((name) => !PROPERTY_NAME.test(name));
  for (const name of bad) {
    if (wanted.has(name))
      throw new SchemaProblem(`providers do not accept the name of its argument ${JSON.stringify(name.slice(0, 100))}`);
    all.delete(name);
  }
  const required = [...wanted].filter((name) => typeof name === "string" && all.has(name));
  const { description, additionalProperties } = schema;
  return {
    type: "object",
    properties: Object.fromEntries(all),
    ...(required.length === 0 ? {} : { required }),
    ...(typeof description === "string" ? { description } : {}),
    ...(bad.length > 0 || typeof additionalProperties !== "boolean" ? {} : { additionalProperties }),
  };
}

/** Only the names, types and short descriptions of the properties. */
function flattened({ properties, ...rest }: ToolSchema): ToolSchema {
  const plain = (value: unknown): JsonObject => {
    if (!isRecord(value)) return {};
    const { type, description } = value;
    return {
      ...(typeof type === "string" ? { type } : {}),
      ...(typeof description === "string" ? { description: description.slice(0, 200) } : {}),
      ...(type === "array" ? { items: {} } : {}),
    };
  };
  return {
    ...rest,
    type: "object",
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, plain(value)])),
  };
}

function sizeOf(schema: ToolSchema): number {
  return JSON.stringify(schema).length;
}
