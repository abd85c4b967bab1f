import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { isRecord } from "../../shared/is-record.ts";
import { nearest } from "../../shared/nearest.ts";
import { rightPlace } from "./misplaced.ts";
import { type Path, pathText } from "./problem.ts";
import {
  type Field,
  namesOf,
  type ObjectShape,
  patternOf,
  type ScalarShape,
  type Shape,
  type TextRule,
} from "./shape.ts";

/** Reports that the part at a path is wrong. */
export type Report = (path: Path, text: string) => void;

/**
 * Checks a value against a shape.
 * @returns the value with the fields in camelCase, without the parts that are wrong or empty; undefined if nothing is left
 */
export function conform(value: unknown, shape: Shape, path: Path, report: Report): JsonValue | undefined {
  const wrong = (expected: string) => {
    report(path, `must be ${expected}, not ${kindOf(value, shape)}`);
    return undefined;
  };
  switch (shape.kind) {
    case "list":
      return Array.isArray(value) ? conformList(value, shape, path, report) : wrong(listLike(shape.of));
    case "map":
      return isRecord(value) ? conformMap(value, shape, path, report) : wrong("an object with a name for each value");
    case "ignored":
      return isRecord(value) ? undefined : wrong("an object");
    case "either":
      if (!isRecord(value)) return wrong(`${objectLike(shape.present)} or ${braces(shape.absent)}`);
      return conformObject(value, Object.hasOwn(value, shape.field) ? shape.present : shape.absent, path, report);
    case "object":
      return isRecord(value) ? conformObject(value, shape, path, report) : wrong(objectLike(shape));
    default: {
      const expected = expectedScalar(value, shape);
      if (expected !== undefined) return wrong(expected);
      if (shape.kind === "text" && shape.rule !== undefined && typeof value === "string")
        checkText(value, shape.rule, path, report);
      return value as JsonValue;
    }
  }
}

/** An object as it is written, with the field that it needs most. */
function objectLike(shape: ObjectShape): string {
  return `an object such as ${braces(shape)}`;
}

function listLike(of: Shape): string {
  if (of.kind === "either") return `a list such as [${braces(of.present)}]`;
  return of.kind === "object" ? `a list such as [${braces(of)}]` : "a list";
}

function braces({ required, someOf, oneOf, fields }: ObjectShape): string {
  return `{${required[0] ?? someOf[0] ?? oneOf[0] ?? fields[0]?.name}: …}`;
}

/** What a value should have been; undefined if it is that. */
function expectedScalar(value: unknown, shape: ScalarShape): string | undefined {
  switch (shape.kind) {
    case "text":
      if (typeof value === "string") return value.isWellFormed() ? undefined : "a text of whole characters";
      return typeof value === "number" || typeof value === "boolean" ? "a text (put it in quotes)" : "a text";
    case "flag":
      return typeof value === "boolean" ? undefined : "true or false";
    case "integer": {
      const { min, max } = shape;
      if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return undefined;
      return `a whole number from ${min} to ${max}`;
    }
    case "word": {
      const words: readonly unknown[] = [...shape.words, ...shape.numbers];
      return words.includes(value) ? undefined : `one of ${shape.words.join(", ")}`;
    }
    case "constant":
      return value === shape.text || value === "" ? undefined : `${shape.text}, or absent`;
  }
}

function conformList(
  value: readonly unknown[],
  { of, max }: Extract<Shape, { kind: "list" }>,
  path: Path,
  report: Report,
): JsonValue[] {
  if (max !== undefined && value.length > max)
    report(path, `has ${value.length} entries, and at most ${max} are allowed`);
  return value.flatMap((item: unknown, index) => conform(item, of, [...path, index], report) ?? []);
}

function conformMap(
  value: Readonly<Record<string, unknown>>,
  { of, names }: Extract<Shape, { kind: "map" }>,
  path: Path,
  report: Report,
): JsonObject {
  const entries = Object.entries(value).flatMap(([name, item]): [string, JsonValue][] => {
    if (names !== undefined && !names.pattern.test(name)) report([...path, name], problemOf(names, name));
    const conformed = conform(item, of, [...path, name], report);
    return conformed === undefined ? [] : [[name, conformed]];
  });
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(entries);
}

function conformObject(
  value: Readonly<Record<string, unknown>>,
  shape: ObjectShape,
  path: Path,
  report: Report,
): JsonObject {
  const known = new Map(shape.fields.flatMap((field) => namesOf(field).map((name): [string, Field] => [name, field])));
  const result = new Map<string, JsonValue>();
  const given = new Map<string, string>();
  for (const [name, item] of Object.entries(value)) {
    const at = [...path, name];
    const field = known.get(name);
    if (field === undefined) {
      report(at, unknownField(name, path, shape));
      continue;
    }
    const other = given.get(field.name);
    if (other !== undefined) report(at, `is the same field as ${other}: keep one of them`);
    given.set(field.name, name);
    // In YAML, a key without a value is null: the field is absent.
    if (item === null && !shape.oneOf.includes(field.name)) continue;
    const conformed = conform(item, field.shape, at, report);
    if (conformed !== undefined) result.set(field.jsonName, conformed);
  }
  checkPresence(value, shape, path, report);
  return Object.fromEntries(result);
}

function unknownField(name: string, owner: Path, { name: object, fields }: ObjectShape): string {
  const place = rightPlace(name, owner);
  if (place !== undefined) return `is unknown here: write ${place}`;
  const meant = nearest(
    name.toLowerCase(),
    fields.map((field) => field.name),
  );
  if (meant !== undefined) return `is unknown: did you mean ${meant}?`;
  return `is unknown: ${object} has ${fields.map((field) => field.name).join(", ")}`;
}

function checkPresence(
  value: Readonly<Record<string, unknown>>,
  { fields, required, someOf, oneOf }: ObjectShape,
  path: Path,
  report: Report,
): void {
  const isGiven = (name: string, isEmpty: (item: unknown) => boolean) => {
    const field = fields.find((candidate) => candidate.name === name);
    return field !== undefined && namesOf(field).some((key) => Object.hasOwn(value, key) && !isEmpty(value[key]));
  };
  const isBlank = (item: unknown) => item === null || item === "";
  for (const name of required) {
    if (isGiven(name, isBlank)) continue;
    const shape = fields.find((field) => field.name === name)?.shape;
    const [part] = shape?.kind === "object" ? shape.someOf : [];
    report([...path, name], `is missing: set ${pathText([...path, name, ...(part === undefined ? [] : [part])])}`);
  }
  if (someOf.length > 0 && !someOf.some((name) => isGiven(name, isBlank)))
    report(path, `has no name: set ${pathText([...path, someOf[0] ?? ""])}`);
  if (oneOf.length === 0) return;
  const chosen = oneOf.filter((name) => isGiven(name, () => false));
  if (chosen.length !== 1) report(path, `must have exactly one of ${oneOf.join(", ")}`);
}

function checkText(text: string, rule: TextRule, path: Path, report: Report): void {
  if (!new RegExp(patternOf(rule), "u").test(text)) report(path, problemOf(rule, text));
}

function problemOf({ problem }: TextRule, text: string): string {
  return typeof problem === "string" ? problem : problem(text);
}

/** The value itself is not shown: it may be a secret. */
function kindOf(value: unknown, shape: Shape): string {
  if (typeof value === "number" && shape.kind === "integer") {
    if (!Number.isInteger(value)) return "a number with a fraction";
    return value < shape.min ? "a smaller one" : "a larger one";
  }
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "boolean") return "true or false";
  if (typeof value === "string") return value === "" ? "empty" : "a text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
