import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failureLines, junitFailures, vitestFailures } from "./failures.ts";

test("failed tests are found in the report that bun writes, with their reasons", async () => {
  const folder = await mkdtemp(join(tmpdir(), "failures-"));
  try {
    const source = `import { beforeAll, describe, expect, test } from "bun:test";
      describe("a & <b>", () => {
        describe("inner", () => { test("says \\"no\\"", () => { expect("x > y").toBe("x < y"); }); });
        test("is right", () => {});
        test.skip("is left out", () => {});
        test("prints much", () => { throw new Error("line\\n".repeat(500)); });
        test("takes too long", () => new Promise(() => {}), 1);
      });
      describe("without its server", () => { beforeAll(() => { throw new Error("no server"); }); test("t", () => {}); });`;
    await Bun.write(join(folder, "sample.test.ts"), source);
    const command = [process.execPath, "test", "--reporter=junit", "--reporter-outfile=report.xml"];
    await Bun.spawn(command, { cwd: folder, stdout: "ignore", stderr: "ignore" }).exited;
    const failures = junitFailures(await Bun.file(join(folder, "report.xml")).text());
    expect(failures.map((failure) => failure.test)).toEqual([
      'sample.test.ts:3: a & <b> > inner > says "no"',
      "sample.test.ts:6: a & <b> > prints much",
      "sample.test.ts:7: a & <b> > takes too long",
      "sample.test.ts:?: without its server > (unnamed)",
    ]);
    expect(failures[0]?.reason).toContain('Expected: "x < y"\nReceived: "x > y"');
    expect(failures[1]?.reason.split("\n")).toHaveLength(13);
    expect(failures[2]?.reason).toBe("test timed out");
    expect(failures[3]?.reason).toContain("no server");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("failed tests are found in vitest's report, and files that could not be read", () => {
  const assertionResults = [
    { fullName: "saver puts", status: "failed", failureMessages: ["Error: no"] },
    { fullName: "saver lists", status: "passed", failureMessages: [] },
  ];
  const testResults = [
    { name: "/a.test.ts", message: "", assertionResults },
    { name: "/b.test.ts", message: "SyntaxError", assertionResults: [] },
  ];
  expect(vitestFailures({ testResults })).toEqual([
    { test: "/a.test.ts: saver puts", reason: "Error: no" },
    { test: "/b.test.ts", reason: "SyntaxError" },
  ]);
  expect(vitestFailures({})).toEqual([]);
});

test("each failed test is printed with its suite", () => {
  expect(failureLines("unit", [{ test: "a.test.ts:1: is right", reason: "one\n\ntwo" }])).toEqual([
    "Failed in unit: a.test.ts:1: is right",
    "    one",
    "",
    "    two",
  ]);
});
