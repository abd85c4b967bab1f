import { describe, expect, test } from "bun:test";
import { commandVariables, isCommandVariable } from "./variable-name.ts";

describe("commands can have a variable", () => {
  test.each(["A", "_a1", "PATH", "LD_PRELOAD", "BASH_ENV", "CDPATH"])("named %j", (name) => {
    expect(isCommandVariable(name)).toBe(true);
  });
});

describe("commands cannot have a variable", () => {
  test.each(["", "my-var", "a.b", "1A", "A B", "A\n", "ÄRGER", "BASH_FUNC_ls%%", "UID", "SHELLOPTS", "OPTIND"])(
    "named %j",
    (name) => {
      expect(isCommandVariable(name)).toBe(false);
    },
  );
});

test("only variables that commands can have are kept", () => {
  expect(commandVariables({ A: "1", "my-var": "2", UID: "3" })).toEqual({ A: "1" });
});

/** A value for each variable that a shell could refuse. */
const SHELLS = [["bash"], ["bash", "--posix"], ["dash"], ["busybox", "sh"]].filter(([name = ""]) => Bun.which(name));

describe.each(SHELLS)("in %s %s", (...shell) => {
  const command = shell.filter((word) => word !== "" && typeof word === "string");

  test("no other variable of the shell's manual keeps a command from running", () => {
    const names =
      "BASH_COMPAT BASH_ENV BASH_SUBSHELL CDPATH COLUMNS DIRSTACK ENV EPOCHSECONDS FUNCNAME GLOBIGNORE GROUPS HISTSIZE HOME IGNOREEOF LANG LC_ALL LINENO MAIL OLDPWD OPTARG OPTERR PATH PIPESTATUS POSIXLY_CORRECT PS1 PS4 PWD REPLY SECONDS SHELL SHLVL TIMEFORMAT TMOUT TMPDIR _".split(
        " ",
      );
    for (const name of names) {
      const env = { PATH: process.env["PATH"] ?? "", [name]: "a b*/" };
      const [program = "", ...args] = [Bun.which(command[0] ?? "") ?? "", ...command.slice(1)];
      const { stdout } = Bun.spawnSync([program, ...args, "-c", "echo runs"], { env, stderr: "ignore" });
      expect({ name, output: stdout.toString() }).toEqual({ name, output: "runs\n" });
    }
  });
});
