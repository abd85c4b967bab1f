import { isRecord } from "../../shared/is-record.ts";
import { isAcceptable, isPattern, TYPES } from "./schema-keywords.ts";

export type JsonObject = { readonly [name: string]: unknown };

/** Levels of a schema that are kept; below, anything is allowed. */
const MAX_DEPTH = 24;
/** Schemas within a schema, after references are replaced: each of them may be used many times. */
const MAX_SCHEMAS = 2_000;

/** Annotations for other programs, and definitions that are inlined. */
const DROPPED: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "id",
  "$anchor",
  "$dynamicAnchor",
  "$dynamicRef",
  "$recursiveRef",
  "$comment",
  "$defs",
  "definitions",
  "$vocabulary",
]);
/** Keywords whose value is a schema, a list of schemas, or an object of schemas. */
const ONE: ReadonlySet<string> = new Set([
  "items",
  "additionalProperties",
  "additionalItems",
  "unevaluatedProperties",
  "unevaluatedItems",
  "contains",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
]);
const MANY: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const NAMED: ReadonlySet<string> = new Set(["properties", "patternProperties", "dependentSchemas"]);

/** Replaces references in a schema by what they refer to, and drops what providers do not understand. */
export class SchemaMender {
  readonly #root: JsonObject;
  #count = 0;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  mend(schema: unknown, depth = 0, references: readonly string[] = []): unknown {
    // `true` allows anything, as `{}` does.
    if (!isRecord(schema)) return typeof schema === "boolean" && !schema ? { not: {} } : {};
    if (++this.#count > MAX_SCHEMAS || depth > MAX_DEPTH) return described(schema);
    const { $ref: reference, ...rest } = schema;
    if (typeof reference === "string") {
      const target = references.includes(reference) ? undefined : this.#resolve(reference);
      // A reference to itself, or to another document.
      if (!isRecord(target)) return described(rest);
      const merged = { ...target, ...rest };
      return this.mend(merged, depth + 1, [...references, reference]);
    }
    const below = (value: unknown) => this.mend(value, depth + 1, references);
    const entries = Object.entries(rest).flatMap(([name, value]): [string, unknown][] => {
      const mended = mendKeyword(name, value, below);
      return mended === undefined ? [] : [[name, mended]];
    });
    // OpenAI refuses arrays that do not say what is in them.
    if (typesOf(rest["type"]).includes("array") && rest["items"] === undefined) entries.push(["items", {}]);
    return Object.fromEntries(entries);
  }

  /** What a reference within the document refers to: `#`, or `#/$defs/name`. */
  #resolve(reference: string): unknown {
    if (!reference.startsWith("#")) return undefined;
    let found: unknown = this.#root;
    for (const part of reference.slice(1).split("/").slice(1)) {
      const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
      if (Array.isArray(found)) found = found[Number(name)];
      else found = isRecord(found) && Object.hasOwn(found, name) ? found[name] : undefined;
    }
    return found;
  }
}

/** @param below mends a schema within it @returns `undefined` if the keyword is dropped */
function mendKeyword(name: string, value: unknown, below: (schema: unknown) => unknown): unknown {
  if (DROPPED.has(name)) return undefined;
  if (name === "patternProperties" && isRecord(value)) return mapValues(withPatterns(value), below);
  if (NAMED.has(name)) return isRecord(value) ? mapValues(value, below) : undefined;
  if (name === "items" && Array.isArray(value)) return mendItems(value, below);
  if (MANY.has(name)) return Array.isArray(value) && value.length > 0 ? value.map(below) : undefined;
  if (ONE.has(name)) return typeof value === "boolean" ? value : below(value);
  if (name === "type") return mendType(value);
  const plain = name === "required" && Array.isArray(value) ? uniqueTexts(value) : value;
  return isAcceptable(name, plain) ? plain : undefined;
}

/** Some servers name types of their language, such as `int` or `any`. */
function mendType(value: unknown): unknown {
  const types = typesOf(value);
  return Array.isArray(value) && types.length > 0 ? types : types[0];
}

function typesOf(type: unknown): readonly unknown[] {
  return [...new Set<unknown>(Array.isArray(type) ? type : [type])].filter((one) => TYPES.has(one));
}

/** In older drafts, `items` may be a list, which newer ones call `prefixItems`. */
function mendItems(schemas: readonly unknown[], below: (schema: unknown) => unknown): JsonObject {
  return schemas.length === 0 ? {} : { anyOf: schemas.map(below) };
}

/** Allows anything; the description tells the model what is meant. */
function described({ description, type }: JsonObject): JsonObject {
  return {
    ...(type === "object" ? { type } : {}),
    ...(typeof description === "string" ? { description } : {}),
  };
}

function mapValues(object: JsonObject, map: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function withPatterns(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([pattern]) => isPattern(pattern)));
}

function uniqueTexts(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((one) => typeof one === "string"))];
}
