import { expect, test } from "bun:test";
import { join } from "node:path";

const FILE = join(import.meta.dir, "../support/server-process/times-out.ts");
const ROOT = join(import.meta.dir, "../..");

test.each([
  ["in one process", []],
  ["in isolation, as in parallel runs", ["--isolate"]],
])("a test that times out takes no other with it, %s", async (_, options) => {
  const command = [process.execPath, "test", ...options, FILE];
  const child = Bun.spawn(command, { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
  const said = await new Response(child.stderr).text();
  expect(said).toMatch(/2 pass\n\s+1 fail/);
  expect(said).toContain("timed out after 100ms");
  expect(said).not.toContain("dangling");
});
