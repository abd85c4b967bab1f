import { expect, test } from "bun:test";
import { ToolInputParsingException } from "@langchain/core/tools";
import { MiddlewareError, ToolInvocationError } from "langchain";
import { AgentError } from "../agent-error.ts";
import { toolErrorText } from "./tool-error.ts";

test("invalid arguments of a tool are named, without the library's stack and advice", () => {
  const parsing = new ToolInputParsingException(
    "Received tool input did not match expected schema\n\n✖ expected string\n  → at file_path",
    "{}",
  );
  const call = { name: "ls", args: { a: "x".repeat(10_000) }, id: "c" };
  const error = MiddlewareError.wrap(new ToolInvocationError(parsing, call), "files");
  expect(toolErrorText(error, "ls")).toBe("the arguments of ls are not valid: ✖ expected string\n→ at file_path");
});

test("the failure of a sub-agent keeps its message", () => {
  const error = new Error("outer", { cause: new AgentError("model-call", "OpenAI is not reachable.") });
  expect(toolErrorText(error, "task")).toBe("OpenAI is not reachable.");
});

test("any other error of a tool is shown without its stack", () => {
  expect(toolErrorText(new Error("broken\n    at x (/$bunfs/root/a.js:1:2)"), "ls")).toBe("broken");
  expect(toolErrorText("text", "ls")).toBe("text");
});
