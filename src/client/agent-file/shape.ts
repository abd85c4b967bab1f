import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { PLACEHOLDER } from "../../shared/placeholders.ts";

/** What a value of a file may be. The loader and the JSON schema for editors both follow it. */
export type Shape =
  | ScalarShape
  | { readonly kind: "list"; readonly of: Shape; readonly max?: number }
  | { readonly kind: "map"; readonly of: Shape; readonly names?: TextRule }
  /** An object that is accepted and not looked at. */
  | { readonly kind: "ignored" }
  /** One of two objects: which one is decided by whether this field is there. */
  | { readonly kind: "either"; readonly field: string; readonly present: ObjectShape; readonly absent: ObjectShape }
  | ObjectShape;

export type ScalarShape =
  | { readonly kind: "text"; readonly rule?: TextRule }
  | { readonly kind: "flag" }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "word"; readonly words: readonly string[]; readonly numbers: readonly number[] }
  | { readonly kind: "constant"; readonly text: string };

/** What a text may be. */
export interface TextRule {
  /** Without flags: schemas have none. It is read with `u`. */
  readonly pattern: RegExp;
  /** What is wrong with another text, after the name of the field. */
  readonly problem: string | ((text: string) => string);
  /** Whether variables in the text are replaced: such a text may become anything. */
  readonly hasVariables?: boolean;
}

export interface ObjectShape {
  readonly kind: "object";
  /** What it is called in messages and in the schema. */
  readonly name: string;
  readonly fields: readonly Field[];
  /** Fields that must be there, and not be empty. */
  readonly required: readonly string[];
  /** Of these, at least one must be there and not be empty. */
  readonly someOf: readonly string[];
  /** Of these, exactly one must be there. */
  readonly oneOf: readonly string[];
}

export interface Field {
  /** In snake_case. */
  readonly name: string;
  /** In camelCase. */
  readonly jsonName: string;
  readonly shape: Shape;
  /** Where the contract describes it: `ai.stigmer.….AgentSpec.instructions`. */
  readonly declaredAs?: string;
  /** Describes a field that only files have. */
  readonly about?: string;
  /** It is accepted and stored, and the agent is the same without it. */
  readonly hasNoEffect?: boolean;
}

/** How the shape of a message differs from its declaration. */
export interface ShapeChange {
  readonly required?: readonly string[];
  readonly someOf?: readonly string[];
  readonly shapes?: Readonly<Record<string, Shape>>;
  readonly added?: readonly Field[];
  /** Rules for texts, by field. */
  readonly rules?: Readonly<Record<string, TextRule>>;
  /** Rules for the names of maps, by field. */
  readonly names?: Readonly<Record<string, TextRule>>;
  /** How many entries lists may have, by field. */
  readonly max?: Readonly<Record<string, number>>;
  /** Fields that change nothing about the agent. */
  readonly withoutEffect?: readonly string[];
}

const INT32_MAX = 2 ** 31 - 1;

/** The pattern of a text: an empty one is an absent one. */
export function patternOf({ pattern, hasVariables = false }: TextRule): string {
  return ["^$", ...(hasVariables ? [PLACEHOLDER] : []), pattern.source].join("|");
}

/** Names under which a field may be given. */
export function namesOf({ name, jsonName }: Field): readonly string[] {
  return name === jsonName ? [name] : [name, jsonName];
}

/**
 * The shape of a message of the contract.
 * @param changes by the message's type name
 */
export function shapeOfMessage(message: DescMessage, changes: ReadonlyMap<string, ShapeChange>): ObjectShape {
  const change = changes.get(message.typeName) ?? {};
  const fields = message.fields.map(
    (field): Field => ({
      name: field.name,
      jsonName: field.jsonName,
      shape: narrowed(change.shapes?.[field.name] ?? shapeOfField(field, changes), field.name, change),
      declaredAs: `${message.typeName}.${field.name}`,
      hasNoEffect: change.withoutEffect?.includes(field.name) ?? false,
    }),
  );
  return {
    kind: "object",
    name: message.name,
    fields: [...fields, ...(change.added ?? [])],
    required: change.required ?? [],
    someOf: change.someOf ?? [],
    oneOf: message.oneofs.flatMap(({ fields: members }) => members.map(({ name }) => name)),
  };
}

function narrowed(shape: Shape, name: string, { rules, names, max }: ShapeChange): Shape {
  switch (shape.kind) {
    case "text":
      return rules?.[name] === undefined ? shape : { ...shape, rule: rules[name] };
    case "map":
      return names?.[name] === undefined ? shape : { ...shape, names: names[name] };
    case "list":
      return max?.[name] === undefined ? shape : { ...shape, max: max[name] };
    default:
      return shape;
  }
}

function shapeOfField(field: DescField, changes: ReadonlyMap<string, ShapeChange>): Shape {
  switch (field.fieldKind) {
    case "list":
      return { kind: "list", of: single(field.listKind, field, changes) };
    case "map":
      return { kind: "map", of: single(field.mapKind, field, changes) };
    default:
      return single(field.fieldKind, field, changes);
  }
}

function single(
  kind: "scalar" | "enum" | "message",
  { scalar, enum: words, message }: Pick<DescField, "scalar" | "enum" | "message">,
  changes: ReadonlyMap<string, ShapeChange>,
): Shape {
  if (kind === "message" && message !== undefined) return shapeOfMessage(message, changes);
  if (kind === "enum" && words !== undefined)
    return {
      kind: "word",
      words: words.values.map(({ name }) => name),
      numbers: words.values.map(({ number }) => number),
    };
  switch (scalar) {
    case ScalarType.STRING:
      return { kind: "text" };
    case ScalarType.BOOL:
      return { kind: "flag" };
    case ScalarType.INT32:
      return { kind: "integer", min: -INT32_MAX - 1, max: INT32_MAX };
    default:
      throw new Error(`no shape for a field of type ${String(scalar ?? kind)}`);
  }
}
