import { describe, expect, test } from "bun:test";
import { read, refused } from "../../../test/support/parser-results.ts";
import { anyText, boolean, modelName, oneOf } from "./words.ts";

test("true and false have several spellings, and everything else is refused", () => {
  for (const text of ["true", "TRUE", "1", "yes", "on"]) expect(read(boolean, text)).toEqual({ value: true });
  for (const text of ["false", "False", "0", "no", "off"]) expect(read(boolean, text)).toEqual({ value: false });
  refused(boolean, "is neither true nor false", ["tru", "2", "null", "y"]);
});

describe("one of several words", () => {
  const parser = oneOf(["debug", "info", "warn"], { warning: "warn" });

  test("may be in upper or lower case, or an alias", () => {
    expect(read(parser, "INFO")).toEqual({ value: "info" });
    expect(read(parser, "Warning")).toEqual({ value: "warn" });
  });

  test("is refused with all allowed words if it is none of them", () => {
    expect(parser.allowed).toBe("debug, info or warn");
    refused(parser, "is none of debug, info or warn", ["loud", "info,warn"]);
  });
});

test("text may contain white space, but not start or end with it", () => {
  expect(read(anyText, "two words")).toEqual({ value: "two words" });
  refused(anyText, "has white space around it", [" a", "a\n"]);
  refused(anyText, "is blank", ["  "]);
});

test("a model has a name on each side of its colon", () => {
  for (const name of ["gpt-4o", "qwen2.5-coder:7b", "ollama:my-own-model:latest"])
    expect(read(modelName, name)).toEqual({ value: name });
  refused(modelName, "has a colon without a name on each side of it", [":", "anthropic:", ":gpt-4o", "ollama:qwen:"]);
});
