import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdir, rm, writeFile } from "node:fs/promises";
import { until } from "../../../test/support/eventually.ts";
import { RemoteScripts, SHELLS } from "../../../test/support/remote-scripts.ts";

const DONE = new RegExp(`^@done\n0 \\d+ *\n6\n${btoa("value\n")}\n`);

describe.each(SHELLS)("with %s, a command", (shell) => {
  let scripts: RemoteScripts;
  beforeEach(async () => {
    scripts = await RemoteScripts.create(shell);
  });
  afterEach(() => scripts[Symbol.asyncDispose]());

  const start = (before = "", waitMs = 10_000) => scripts.start({ before, waitMs });
  const runs = () => scripts.read("runs");

  test.each(["mkdir", "mktemp", "wc", "setsid"])("runs if its first start was cut off at %s", async (program) => {
    expect(await start(`${program}() { kill -KILL $$; }`)).toBe("");
    expect(await start()).toMatch(DONE);
    expect(await runs()).toBe("ran\n");
  });

  test("runs if its first start wrote only a part of its text", async () => {
    expect(await start('printf() { command printf %.9s "$2"; kill -KILL $$; }')).toBe("");
    expect(await start()).toMatch(DONE);
    expect(await runs()).toBe("ran\n");
  });

  test("runs if its first supervisor was killed at once", async () => {
    await scripts.replaceProgram("ln", "kill -KILL $PPID");
    expect(await start("", 1_000)).toBe("@starting\n");
    await rm(`${scripts.programs}/ln`);
    expect(await start()).toMatch(DONE);
    expect(await runs()).toBe("ran\n");
  });

  test("runs once if many starts arrive at the same time", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => start()));
    for (const answer of answers) expect(answer).toMatch(DONE);
    expect(await runs()).toBe("ran\n");
  });

  test.each(["mkdir", "mktemp", "wc", "setsid"])(
    "runs once if a start that is slow at %s goes on while or after another one runs it",
    async (program) => {
      const slow = ["0.1", "0.4", "1.5"].map((s) => start(`${program}() { sleep ${s}; command ${program} "$@"; }`));
      const answers = await Promise.all([start(), ...slow]);
      for (const answer of answers) expect(answer).toMatch(DONE);
      expect(await runs()).toBe("ran\n");
      expect(await readdir(scripts.dir)).not.toContain("environment");
    },
  );

  test("is not started again after its supervisor was killed", async () => {
    const first = start();
    await until("the command runs", async () => (await runs()) !== "");
    const supervisor = Number(await Bun.file(`${scripts.dir}/supervisor`).text());
    // With the process that watches the size of the output.
    process.kill(-supervisor, "SIGKILL");
    expect(await first).toStartWith("@lost\n");
    expect(await start()).toStartWith("@lost\n");
    expect(await runs()).toBe("ran\n");
  });

  test("has lost its supervisor if another process has the supervisor's number by now", async () => {
    const first = start();
    await until("the command runs", async () => (await runs()) !== "");
    const supervisor = Number(await Bun.file(`${scripts.dir}/supervisor`).text());
    process.kill(-supervisor, "SIGKILL");
    await first;
    await writeFile(`${scripts.dir}/supervisor`, `${process.pid}\n`);
    expect(await start()).toStartWith("@lost\n");
  });

  test("that ended is not refused by a repeated start, whatever it did to the root", async () => {
    const root = `${scripts.path}/root`;
    const options = { root, command: 'rmdir "$PWD"; : >"$PWD"; echo $KEY' };
    expect(await scripts.start(options)).toMatch(DONE);
    expect(await scripts.start(options)).toMatch(DONE);
  });

  /** What the result says if the command's text did nothing. */
  const notRun = (answer: string) => {
    const [code, record = "", , output = ""] = answer.split("\n");
    return `${code} ${record.split(" ")[0]} ${atob(output).trim()}`;
  };

  test.each([
    ["cannot be written", () => scripts.replaceProgram("mv", 'case $2 in */group) exit 1 ;; esac; exec /bin/mv "$@"')],
    [
      "is unknown",
      async () => {
        await rm(`${scripts.programs}/sh`);
        const refuse = `[ "$2" != 'echo "$PPID"' ] || exit 1`;
        await scripts.replaceProgram("sh", `${refuse}\nexec ${Bun.which(shell)} "$@"`);
      },
    ],
  ])("is not run if the number of its process group %s", async (_, spoil) => {
    await spoil();
    expect(notRun(await start())).toBe(`@done 126 The command was not run: ${scripts.dir} cannot be written.`);
    expect(await runs()).toBe("");
    expect(await readdir(scripts.dir)).not.toContain("environment");
  });

  test("is not run if its root cannot be entered", async () => {
    const root = `${scripts.path}/root`;
    const before = `setsid() { rmdir ${root}; command setsid "$@"; }`;
    expect(notRun(await scripts.start({ root, before }))).toBe(
      `@done 126 The command was not run: the directory ${root} cannot be entered.`,
    );
  });

  test("has as much time between SIGTERM and SIGKILL as in local mode", async () => {
    const real = Bun.which("timeout");
    await scripts.replaceProgram("timeout", `echo "$1 $2" >${scripts.path}/grace; exec ${real} "$@"`);
    expect(await start()).toMatch(DONE);
    expect(await scripts.read("grace")).toBe("-k 3\n");
  });
});
