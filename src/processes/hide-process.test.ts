import { expect, test } from "bun:test";
import { join } from "node:path";
import { NOBODY } from "../../test/support/without-root.ts";
import { hideProcess } from "./hide-process.ts";

test("a command cannot read the environment of the runner", async () => {
  if (process.platform !== "linux") return expect(hideProcess()).toBe(false);
  const module = join(import.meta.dir, "hide-process.ts");
  const script = `import { hideProcess } from ${JSON.stringify(module)};
if (process.getuid() === 0) { process.setgid(${NOBODY}); process.setuid(${NOBODY}); }
console.log(hideProcess());
const read = "cat /proc/$PPID/environ /proc/$PPID/mem 2>&1 | tr '\\\\0' '\\\\n'; cat /proc/self/environ | tr '\\\\0' '\\\\n'";
console.log(Bun.spawnSync(["/bin/sh", "-c", read], { env: { OWN: "its-own" }, cwd: "/" }).stdout.toString());`;
  const { stdout } = Bun.spawnSync([process.execPath, "-e", script], { env: { ...process.env, KEY: "runner-secret" } });
  expect(stdout.toString()).toStartWith("true\n");
  expect(stdout.toString()).toContain("Permission denied");
  expect(stdout.toString()).toContain("OWN=its-own");
  expect(stdout.toString()).not.toContain("runner-secret");
});
