import { describe, expect, test } from "bun:test";
import { findTypos } from "./typos.ts";

const known = new Set(["STIGMER_LLM_MODEL", "STIGMER_LLM_PROVIDER", "TEMPORAL_NAMESPACE", "TEMPORAL_ADDRESS"]);

describe("a variable counts as a typo", () => {
  test("if at most three letters differ from a known name", () => {
    expect(findTypos(["STIGMER_LLM_MODL", "TEMPORAL_NAMESPACES"], known)).toEqual([
      { found: "STIGMER_LLM_MODL", meant: "STIGMER_LLM_MODEL" },
      { found: "TEMPORAL_NAMESPACES", meant: "TEMPORAL_NAMESPACE" },
    ]);
  });

  test("if it has another case, or no underscore after the prefix", () => {
    expect(findTypos(["stigmer_llm_model"], known)).toEqual([
      { found: "stigmer_llm_model", meant: "STIGMER_LLM_MODEL" },
    ]);
    expect(findTypos(["TEMPORALNAMESPACE"], known)).toEqual([
      { found: "TEMPORALNAMESPACE", meant: "TEMPORAL_NAMESPACE" },
    ]);
  });

  test("is reported with the nearest known name", () => {
    expect(findTypos(["STIGMER_LLM_PROVIDR"], new Set([...known, "STIGMER_LLM_PROV"]))).toEqual([
      { found: "STIGMER_LLM_PROVIDR", meant: "STIGMER_LLM_PROVIDER" },
    ]);
  });
});

describe("a variable counts as another program's", () => {
  test("no typo is found if it is known", () => {
    expect(findTypos(known, known)).toEqual([]);
  });

  test("if it resembles no known name", () => {
    // Three letters may differ, four may not.
    expect(findTypos(["TEMPORAL_NAMES"], new Set(["TEMPORAL_NAMESXYZ"]))).toHaveLength(1);
    expect(findTypos(["TEMPORAL_NAMES"], new Set(["TEMPORAL_NAMESWXYZ"]))).toEqual([]);
    expect(findTypos(["STIGMER_SOMETHING_ELSE_ALTOGETHER", "TEMPORAL_CLI_SHOW_STACKS"], known)).toEqual([]);
  });

  test("if it has none of this program's prefixes", () => {
    expect(findTypos(["MY_STIGMER_LLM_MODEL", "TEMP", "PATH"], known)).toEqual([]);
  });
});
