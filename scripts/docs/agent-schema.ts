/** The JSON schema of agent files, from the shape that the program checks them against. */
import {
  type Field,
  namesOf,
  type ObjectShape,
  patternOf,
  type ScalarShape,
  type Shape,
} from "../../src/client/agent-file/shape.ts";
import { AGENT_SHAPE } from "../../src/client/agent-file/shapes.ts";

type Schema = Readonly<Record<string, unknown>>;

const NO_EFFECT = "It has no effect on the agent.";

/** @param comments describe the fields of the contract, by their names */
export function agentSchema(comments: ReadonlyMap<string, string>): Schema {
  const definitions = new Map<string, Schema>();
  const objects = new ObjectSchemas(comments, definitions);
  const root = objects.body(AGENT_SHAPE);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Agent file",
    description:
      "An agent for `agent-runner run --agent FILE`: a Stigmer Agent, with paths for its skills and environments.",
    ...root,
    definitions: Object.fromEntries([...definitions].sort(([a], [b]) => a.localeCompare(b))),
  };
}

class ObjectSchemas {
  readonly #comments: ReadonlyMap<string, string>;
  readonly #definitions: Map<string, Schema>;

  constructor(comments: ReadonlyMap<string, string>, definitions: Map<string, Schema>) {
    this.#comments = comments;
    this.#definitions = definitions;
  }

  body(shape: ObjectShape): Schema {
    const { fields, required, someOf, oneOf } = shape;
    const properties = new Map<string, Schema>();
    // Editors suggest properties, and each field once.
    const others = new Map<string, Schema>();
    for (const field of fields) {
      const schema = this.#field(field, shape);
      properties.set(field.name, schema);
      if (field.jsonName !== field.name) others.set(`^${field.jsonName}$`, schema);
    }
    const given = (name: string) => {
      const field = fields.find((candidate) => candidate.name === name);
      if (field === undefined) throw new Error(`${shape.name} has no field ${name}`);
      return namesOf(field).map((key) => ({ required: [key], properties: { [key]: notBlank(field.shape) } }));
    };
    const rules = [
      ...fields.filter((field) => namesOf(field).length > 1).map((field) => ({ not: { required: namesOf(field) } })),
      ...required.map((name) => oneRule(given(name))),
      ...(someOf.length === 0 ? [] : [{ anyOf: someOf.flatMap(given) }]),
      ...(oneOf.length === 0 ? [] : [{ oneOf: oneOf.map((name) => ({ required: [name] })) }]),
    ];
    return {
      type: "object",
      properties: Object.fromEntries(properties),
      ...(others.size === 0 ? {} : { patternProperties: Object.fromEntries(others) }),
      additionalProperties: false,
      ...(rules.length === 0 ? {} : { allOf: rules }),
    };
  }

  #field({ name, shape, declaredAs = "", about, hasNoEffect = false }: Field, { oneOf }: ObjectShape): Schema {
    const comment = about ?? this.#comments.get(declaredAs);
    const description = hasNoEffect ? [comment, NO_EFFECT].filter((text) => text !== undefined).join(" ") : comment;
    const schema = this.#schema(shape);
    const nullable = oneOf.includes(name) ? schema : orNull(schema);
    return description === undefined ? nullable : { description, ...nullable };
  }

  #schema(shape: Shape): Schema {
    switch (shape.kind) {
      case "list":
        return { type: "array", items: this.#schema(shape.of), maxItems: shape.max };
      case "map": {
        const names = shape.names === undefined ? {} : { propertyNames: { pattern: shape.names.pattern.source } };
        return { type: "object", additionalProperties: this.#schema(shape.of), ...names };
      }
      case "ignored":
        return { type: "object" };
      case "either":
        return {
          if: { type: "object", required: [shape.field] },
          // biome-ignore lint/suspicious/noThenProperty: JSON schema's own word
          then: this.#reference(shape.present),
          else: this.#reference(shape.absent),
        };
      case "object":
        return this.#reference(shape);
      default:
        return scalar(shape);
    }
  }

  #reference(shape: ObjectShape): Schema {
    const body = this.body(shape);
    const known = this.#definitions.get(shape.name);
    if (known !== undefined && !Bun.deepEquals(known, body)) throw new Error(`two objects are called ${shape.name}`);
    this.#definitions.set(shape.name, body);
    return { $ref: `#/definitions/${shape.name}` };
  }
}

function scalar(shape: ScalarShape): Schema {
  switch (shape.kind) {
    case "text":
      return shape.rule === undefined ? { type: "string" } : { type: "string", pattern: patternOf(shape.rule) };
    case "flag":
      return { type: "boolean" };
    case "integer":
      return { type: "integer", minimum: shape.min, maximum: shape.max };
    case "word":
      return { enum: [...shape.words, ...shape.numbers] };
    case "constant":
      return { enum: [shape.text, ""] };
  }
}

/** A key without a value is null in YAML: the field is absent. */
function orNull(schema: Schema): Schema {
  if (Array.isArray(schema["enum"])) return { ...schema, enum: [...schema["enum"], null] };
  if (typeof schema["type"] === "string") return { ...schema, type: [schema["type"], "null"] };
  return { anyOf: [schema, { type: "null" }] };
}

function notBlank(shape: Shape): Schema {
  return shape.kind === "text" ? { minLength: 1, not: { type: "null" } } : { not: { type: "null" } };
}

function oneRule(rules: readonly Schema[]): Schema {
  const [first, ...more] = rules;
  return first !== undefined && more.length === 0 ? first : { anyOf: rules };
}
