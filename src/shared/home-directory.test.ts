import { expect, test } from "bun:test";
import { join } from "node:path";

test("a user is named without the variable USER, by the uid if need be", () => {
  const script = `console.log((await import(${JSON.stringify(join(import.meta.dir, "home-directory.ts"))})).userName())`;
  const { stdout, stderr } = Bun.spawnSync([process.execPath, "-e", script], { env: {} });
  expect(stderr.toString()).toBe("");
  const uid = process.geteuid?.();
  expect(stdout.toString().trim()).toBe(uid === 0 ? "root" : String(uid));
});
