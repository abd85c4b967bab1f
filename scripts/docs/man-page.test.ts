import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { EXIT_MEANINGS } from "../../src/cli/index.ts";
import { examplesOf } from "../../src/commands/examples.ts";
import { program } from "../../src/program.ts";
import { withTool } from "../../test/support/requirement.ts";
import { bold, flags, roffText, typed } from "./roff.ts";

const page = join(import.meta.dir, "../../docs/agent-runner.1");

async function run(...command: readonly string[]) {
  const child = Bun.spawn([...command], {
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, LC_ALL: "C.UTF-8", MANWIDTH: "200", MAN_KEEP_FORMATTING: "" },
  });
  const [out, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { out, errors, code: await child.exited };
}

describe("the manual page", () => {
  test.if(withTool("mandoc", "the manual page with mandoc"))("has no fault for mandoc", async () => {
    const { out } = await run("mandoc", "-Tlint", "-Wstyle", page);
    // It has no date: see manPage().
    expect(out.split("\n").filter((line) => line !== "" && !line.includes("missing date"))).toEqual([]);
  });

  test.if(withTool("groff", "the manual page with groff"))("has no fault for groff", async () => {
    expect(await run("groff", "-ww", "-z", "-man", "-Tutf8", page)).toEqual({ out: "", errors: "", code: 0 });
  });

  test.if(withTool("man", "the manual page with man"))("shows commands, options, exit codes and examples", async () => {
    const { out, errors, code } = await run("man", "-l", page);
    expect([errors, code]).toEqual(["", 0]);
    const plain = out.replace(new RegExp(`.${"\b"}`, "g"), "").replace(/\s+/g, " ");
    for (const command of program({ env: {}, exit: () => undefined }).commands) {
      expect(plain).toContain(`agent-runner ${command.name()}`);
      for (const option of command.options) expect(plain).toContain(option.flags.replace(/[<>]/g, ""));
      for (const { line } of examplesOf(command.name())) expect(plain).toContain(line);
    }
    for (const [exitCode] of EXIT_MEANINGS) expect(plain).toContain(` ${exitCode} `);
  });
});

describe("text in roff", () => {
  test("is not taken for macros or escapes", () => {
    expect(roffText(".SH `a-b` \\n …")).toBe("\\&.SH \\fBa\\-b\\fR \\en \\[u2026]");
    expect(typed(["'x", "plain"])).toContain("\\&'x\nplain");
  });

  test("has names of arguments apart from options", () => {
    expect(flags("-l, --level <level>")).toBe("\\fB\\-l, \\-\\-level \\fR\\fIlevel\\fR");
    expect(bold("a")).toBe("\\fBa\\fR");
  });
});
