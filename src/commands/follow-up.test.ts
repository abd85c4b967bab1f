import { expect, test } from "bun:test";
import { followUp } from "./follow-up.ts";

test("follow-up commands name the execution, its endpoint and the env file", () => {
  expect(followUp("aex-1", {})).toEqual({ attach: "agent-runner attach aex-1", cancel: "agent-runner cancel aex-1" });
  expect(followUp("aex-1", { endpoint: "[::1]:7234", envFile: "my env" })).toEqual({
    attach: "agent-runner --env-file 'my env' attach aex-1 --endpoint '[::1]:7234'",
    cancel: "agent-runner --env-file 'my env' cancel aex-1",
  });
});

test("follow-up commands quote an id, so that a shell does not execute it", () => {
  expect(followUp("x; rm -rf $(pwd) 'y'", {}).cancel).toBe(`agent-runner cancel 'x; rm -rf $(pwd) '\\''y'\\'''`);
});
