import { expect, test } from "bun:test";
import { followUp } from "./follow-up.ts";

test("the commands that go on with an execution name it and where it is", () => {
  expect(followUp("aex-1", {})).toEqual({ attach: "agent-runner attach aex-1", cancel: "agent-runner cancel aex-1" });
  expect(followUp("aex-1", { endpoint: "[::1]:7234", envFile: "my env" })).toEqual({
    attach: "agent-runner --env-file 'my env' attach aex-1 --endpoint '[::1]:7234'",
    cancel: "agent-runner --env-file 'my env' cancel aex-1",
  });
});

test("an id that a server made up does nothing in a shell", () => {
  expect(followUp("x; rm -rf $(pwd) 'y'", {}).cancel).toBe(`agent-runner cancel 'x; rm -rf $(pwd) '\\''y'\\'''`);
});
