import { expect, test } from "bun:test";
import { ToolMessage } from "@langchain/core/messages";
import { SandboxError } from "../../sandbox/index.ts";
import { wholeResults } from "./whole-results.ts";

const result = new ToolMessage({ content: "all of it", tool_call_id: "call-1" });

test("a result is kept once; if that failed, it is tried again", async () => {
  const written: string[] = [];
  let isFull = true;
  const keep = wholeResults(
    {
      async writeFile(path) {
        if (isFull) throw new SandboxError("unavailable", "no space left");
        written.push(path);
        return `/root/${path}`;
      },
    },
    "aex-1",
  );
  expect(await Promise.all([keep(result), keep(result)])).toEqual([undefined, undefined]);
  isFull = false;
  const place = "/root/.agent-runner/tool-results/aex-1/call-1.txt";
  expect([await keep(result), await keep(result)]).toEqual([place, place]);
  expect(written.filter((path) => path.endsWith(".txt"))).toHaveLength(1);
});
