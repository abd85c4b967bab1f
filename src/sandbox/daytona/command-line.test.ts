import { describe, expect, test } from "bun:test";
import { commandLine } from "./command-line.ts";

function run(line: string, shell = ["sh", "-c"]): string {
  return Bun.spawnSync([...shell, line]).stdout.toString();
}

describe("a command line that runs a script", () => {
  const script = "printf '%s|' \"it's\" '$x' \"`echo y`\"; cat <<END\nline\nEND";

  test("means the same in every shell", () => {
    for (const shell of ["sh", "bash"]) expect(run(commandLine(script), [shell, "-c"])).toBe("it's|$x|y|line\n");
  });

  test("is three words for parsers that split it without a shell", () => {
    // As Go's shlex and Python's do it: the single quotes hold everything.
    const words = commandLine(script).match(/^(\S+) (\S+) '([^']*)'$/);
    expect(words?.slice(1, 3)).toEqual(["sh", "-c"]);
    expect(Bun.spawnSync(["sh", "-c", words?.[3] ?? ""]).stdout.toString()).toBe("it's|$x|y|line\n");
  });
});
