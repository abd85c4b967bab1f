import { isRecord } from "../../shared/is-record.ts";
import { namesOf, type ObjectShape, type Shape } from "./shape.ts";

/** Stands for any name or position in {@link fieldsWithoutEffect}. */
const ANY = "*";

/** Fields of a file that are given and have no effect on the agent: `spec.description`, `spec.skill_refs.*.kind`. */
export function fieldsWithoutEffect(value: unknown, shape: Shape): string[] {
  return [...new Set(found(value, shape, []))];
}

function* found(value: unknown, shape: Shape, at: readonly string[]): Generator<string> {
  switch (shape.kind) {
    case "list":
    case "map": {
      const items: readonly unknown[] = isRecord(value) ? Object.values(value) : Array.isArray(value) ? value : [];
      for (const item of items) yield* found(item, shape.of, [...at, ANY]);
      break;
    }
    case "either":
      if (isRecord(value)) yield* inObject(value, Object.hasOwn(value, shape.field) ? shape.present : shape.absent, at);
      break;
    case "object":
      if (isRecord(value)) yield* inObject(value, shape, at);
      break;
    default:
  }
}

function* inObject(
  value: Readonly<Record<string, unknown>>,
  { fields }: ObjectShape,
  at: readonly string[],
): Generator<string> {
  for (const field of fields) {
    const name = namesOf(field).find((key) => Object.hasOwn(value, key));
    if (name === undefined) continue;
    const path = [...at, field.name];
    if (field.hasNoEffect !== true) yield* found(value[name], field.shape, path);
    else if (!isEmpty(value[name])) yield path.join(".");
  }
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === null || value === "";
}
