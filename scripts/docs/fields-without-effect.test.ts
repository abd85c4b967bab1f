/** What the schema says of fields that have no effect is what the program does. */
import { describe, expect, test } from "bun:test";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import type { Field, ObjectShape, Shape } from "../../src/client/agent-file/shape.ts";
import { AGENT_SHAPE } from "../../src/client/agent-file/shapes.ts";
import { toAgentDefinition } from "../../src/stigmer/agent-definition.ts";
import { joinLayers } from "../../src/stigmer/environment.ts";
import { type Agent, AgentSchema } from "../../src/stigmer/index.ts";

const SPEC = AGENT_SHAPE.fields.find(({ name }) => name === "spec") as Field & { readonly shape: ObjectShape };

/** The fields with a single value, and whether they or an owner of theirs are said to have no effect. */
function* leaves(shape: Shape, at: string, hasNoEffect = false): Generator<readonly [string, boolean]> {
  switch (shape.kind) {
    case "list":
    case "map":
      yield* leaves(shape.of, `${at}.*`, hasNoEffect);
      break;
    case "either":
      yield* leaves(shape.absent, at, hasNoEffect);
      break;
    case "object":
      for (const field of shape.fields)
        yield* leaves(field.shape, `${at}.${field.name}`, hasNoEffect || field.hasNoEffect === true);
      break;
    default:
      yield [at, hasNoEffect];
  }
}

/** A value with all fields. @param changed the leaf that differs */
function sample(shape: Shape, at: string, changed: string): JsonValue {
  const isChanged = at === changed;
  switch (shape.kind) {
    case "list":
      return shape.of.kind === "object"
        ? objects(shape.of, `${at}.*`, changed)
        : [sample(shape.of, `${at}.*`, changed)];
    case "map":
      return { a: sample(shape.of, `${at}.*`, changed) };
    case "either":
      return sample(shape.absent, at, changed);
    case "object":
      return objects(shape, at, changed)[0] ?? {};
    case "flag":
      return isChanged;
    case "integer":
      return isChanged ? 2 : 1;
    case "word":
      return shape.numbers[isChanged ? 2 : 1] ?? 0;
    default:
      return isChanged ? "b" : "a";
  }
}

/** One for each choice. */
function objects({ fields, oneOf }: ObjectShape, at: string, changed: string): JsonValue[] {
  const choices = oneOf.length === 0 ? [undefined] : oneOf;
  return choices.map((choice) =>
    Object.fromEntries(
      fields
        .filter(({ name }) => !oneOf.includes(name) || name === choice)
        .map(({ name, jsonName, shape }) => [jsonName, sample(shape, `${at}.${name}`, changed)]),
    ),
  );
}

/** All that the runner takes from the spec. */
function used(changed: string): unknown {
  const agent: Agent = fromJson(AgentSchema, { spec: sample(SPEC.shape, "spec", changed) });
  const variables = agent.spec?.envSpec?.data ?? {};
  const declared = Object.entries(variables).map(([name, value]) => [name, { ...value, value: "" }]);
  const layers = [joinLayers(variables), joinLayers(Object.fromEntries(declared))];
  return [toAgentDefinition(agent, { modelName: "", environment: { values: {}, secretNames: [] } }), layers];
}

describe("the runner takes from an agent's spec what it is said to take", () => {
  test.each([...leaves(SPEC.shape, "spec")])("%s", (leaf, hasNoEffect) => {
    expect(Bun.deepEquals(used(leaf), used("nothing"))).toBe(hasNoEffect);
  });
});
