import { expect, test } from "bun:test";
import { replaceBlock } from "./replace-block.ts";

const page = "# Title\n<!-- generated:b, by x -->\nold\n<!-- /generated:b -->\nend\n";

test("replaceBlock writes between the two lines and keeps the rest", () => {
  const once = replaceBlock(page, "b", "new");
  expect(once).toBe("# Title\n<!-- generated:b, by x -->\n\nnew\n\n<!-- /generated:b -->\nend\n");
  expect(replaceBlock(once, "b", "new")).toBe(once);
});

test("replaceBlock refuses a page without the block", () => {
  expect(() => replaceBlock(page, "c", "new")).toThrow('there is no generated block "c"');
  expect(() => replaceBlock("<!-- generated:b -->\n", "b", "new")).toThrow('there is no generated block "b"');
});
