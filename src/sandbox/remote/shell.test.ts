import { describe, expect, test } from "bun:test";
import { assignments, exports, parseAnswer, quote } from "./shell.ts";

function run(script: string): string {
  return Bun.spawnSync(["sh", "-c", script]).stdout.toString();
}

const ODD = ["", "it's", "a\nb", "$HOME `id` $(id)", '"\\', "-n", "ü€", "*", "a'\\''b"];

describe("quoting for a shell", () => {
  test.each(ODD)("keeps %j as it is", (text) => {
    expect(run(`printf %s ${quote(text)}`)).toBe(text);
  });

  test.each(ODD)("keeps %j as the value of a variable", (value) => {
    expect(run(`${assignments({ value })}printf %s "$value"`)).toBe(value);
  });
});

/** /bin/sh of Red Hat and others; there, an assignment to a read-only variable ends the shell. */
const POSIX_BASH = Bun.which("bash") === null ? ["sh"] : ["bash", "--posix"];

describe("exported variables", () => {
  test.each(["UID", "EUID", "PPID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO", "OPTIND", "SRANDOM", "A B", "1A", ""])(
    "named %j are left out, and the shell goes on",
    (name) => {
      const script = `${exports({ BEFORE: "1", [name]: "5", AFTER: "2" })}echo "$BEFORE $AFTER"`;
      expect(Bun.spawnSync([...POSIX_BASH, "-c", script]).stdout.toString()).toBe("1 2\n");
    },
  );
});

describe("the answer of a script", () => {
  test.each([
    ["@ok\n", { code: "ok", body: "" }],
    ["@ok", { code: "ok", body: "" }],
    ["@not-found\nmore\n", { code: "not-found", body: "more\n" }],
    ["@ok\n@ok\n", { code: "ok", body: "@ok\n" }],
  ])("%j is split into a code and a body", (output, answer) => {
    expect(parseAnswer(output)).toEqual(answer);
  });

  test.each(["", "sh: not found", "x\n@ok\n", "@", "@OK\n", "@ok 1"])("%j is not an answer", (output) => {
    expect(parseAnswer(output)).toBeUndefined();
  });
});
