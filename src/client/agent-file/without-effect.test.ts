import { expect, test } from "bun:test";
import { AGENT_SHAPE } from "./shapes.ts";
import { fieldsWithoutEffect } from "./without-effect.ts";

test("fields without an effect are found under both of their names, but not if they are empty", () => {
  const find = (spec: object) => fieldsWithoutEffect({ spec }, AGENT_SHAPE);
  expect(find({ icon_url: "u" })).toEqual(["spec.icon_url"]);
  expect(find({ iconUrl: "u" })).toEqual(["spec.icon_url"]);
  expect(find({ iconUrl: "", description: null, env_spec: [], skill_refs: 1, sub_agents: { a: "b" } })).toEqual([]);
});
