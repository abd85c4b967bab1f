import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { until } from "../../../test/support/eventually.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { startScript } from "./command-scripts.ts";
import { exports } from "./shell.ts";

/** Different systems have different shells at /bin/sh. */
const SHELLS = ["dash", "bash"].filter((name) => Bun.which(name) !== null);

let folder: TemporaryFolder;
let dir: string;
/** Programs in it are preferred. */
let programs: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  dir = `${folder.path}/commands/1`;
  programs = `${folder.path}/bin`;
  await mkdir(programs);
});
afterEach(() => folder[Symbol.asyncDispose]());

/** A command that records that it ran. */
const RECORD = "echo ran >>runs; sleep 0.3; echo $KEY";

/** Starts the command. @param before shell functions that replace programs of the script @returns the answer */
async function start(before = "", waitMs = 10_000): Promise<string> {
  const texts = {
    command: { text: `${RECORD}\n`, isUploaded: false },
    environment: { text: exports({ KEY: "value" }), isUploaded: false },
  };
  const script = startScript({ dir, root: folder.path, timeoutMs: 60_000, ...texts }, waitMs);
  const env = { PATH: `${programs}:${process.env["PATH"]}` };
  const { stdout } = Bun.spawn([`${programs}/sh`, "-c", `${before}\n${script}`], { env, stderr: "ignore" });
  return await stdout.text();
}

const DONE = new RegExp(`^@done\n0 \\d+ *\n6\n${btoa("value\n")}\n`);

async function runs(): Promise<string> {
  return await Bun.file(`${folder.path}/runs`).text();
}

describe.each(SHELLS)("with %s, a command", (shell) => {
  beforeEach(() => symlink(Bun.which(shell) ?? "", `${programs}/sh`));

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
    await writeFile(`${programs}/ln`, "#!/bin/sh\nkill -KILL $PPID\n", { mode: 0o755 });
    expect(await start("", 1_000)).toBe("@starting\n");
    await rm(`${programs}/ln`);
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
      expect(await readdir(dir)).not.toContain("environment");
    },
  );

  test("is not started again after its supervisor was killed", async () => {
    const first = start();
    await until("the command runs", () => Bun.file(`${folder.path}/runs`).exists());
    const supervisor = Number(await Bun.file(`${dir}/supervisor`).text());
    // With the process that watches the size of the output.
    process.kill(-supervisor, "SIGKILL");
    expect(await first).toStartWith("@lost\n");
    expect(await start()).toStartWith("@lost\n");
    expect(await runs()).toBe("ran\n");
  });
});
