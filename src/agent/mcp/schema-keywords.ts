import { isRecord } from "../../shared/is-record.ts";

type Check = (value: unknown) => boolean;

/** What a value can be. */
export const TYPES: ReadonlySet<unknown> = new Set([
  "null",
  "boolean",
  "object",
  "array",
  "number",
  "string",
  "integer",
]);

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => typeof value === "number";
const isCount: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const isList: Check = (value) => Array.isArray(value);

/** What the value of a keyword must be in JSON Schema 2020-12: providers refuse the whole request otherwise. */
const CHECKS: ReadonlyMap<string, Check> = new Map([
  // Ollama's server takes nothing but a list, and others nothing empty.
  ["enum", (value) => Array.isArray(value) && value.length > 0],
  ["required", (value) => isUniqueList(value, isText)],
  ["pattern", isPattern],
  ["multipleOf", (value) => isNumber(value) && Number(value) > 0],
  ["dependentRequired", (value) => isRecord(value) && Object.values(value).every((one) => isUniqueList(one, isText))],
  ["examples", isList],
  ...each(["title", "description", "format", "contentEncoding", "contentMediaType"], isText),
  ...each(["uniqueItems", "deprecated", "readOnly", "writeOnly"], isFlag),
  // In older drafts, the exclusive ones are flags.
  ...each(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], isNumber),
  ...each(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"], isCount),
  ...each(["minContains", "maxContains"], isCount),
]);

/** A keyword of older drafts with another meaning: it may contain schemas, which nobody reads. */
const OBSOLETE: ReadonlySet<string> = new Set(["dependencies"]);

/** Whether providers accept the value of a keyword that has no schemas in it. Unknown keywords may have any. */
export function isAcceptable(keyword: string, value: unknown): boolean {
  return !OBSOLETE.has(keyword) && (CHECKS.get(keyword)?.(value) ?? true);
}

function each(keywords: readonly string[], check: Check): [string, Check][] {
  return keywords.map((keyword) => [keyword, check]);
}

function isUniqueList(value: unknown, check: Check): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(check) && new Set(value).size === value.length;
}

export function isPattern(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    new RegExp(value, "u");
    return true;
  } catch {
    return false;
  }
}
