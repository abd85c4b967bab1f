import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { pause, until } from "../../../test/support/eventually.ts";
import { isRunning } from "../../../test/support/processes.ts";
import { RemoteScripts, SHELLS } from "../../../test/support/remote-scripts.ts";
import { NOBODY } from "../../../test/support/without-root.ts";

/** Does not end by itself, and writes its process id to a file. */
const ENDLESS = "echo $$ >pid.new; mv pid.new pid; while :; do sleep 60; done";
const isRoot = process.getuid?.() === 0;
const NAMESPACE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const hasNamespaces = isRoot && Bun.spawnSync([...NAMESPACE, "true"]).exitCode === 0;

describe.each(SHELLS)("with %s", (shell) => {
  let scripts: RemoteScripts;
  beforeEach(async () => {
    scripts = await RemoteScripts.create(shell);
  });
  afterEach(() => scripts[Symbol.asyncDispose]());

  /** Starts a command that writes its process id. @returns it */
  async function begin(command: string): Promise<string> {
    const starting = scripts.start({ command, waitMs: 0 });
    await until("the command runs", async () => (await scripts.read("pid")) !== "");
    await starting;
    return (await scripts.read("pid")).trim();
  }

  /** Runs a script in a process namespace whose first process does not reap. @returns its output */
  async function inNamespace(script: string, before = "true"): Promise<string> {
    const program = `${before}; ("$0" -c "$1"; echo end) & exec sleep 600`;
    const child = Bun.spawn([...NAMESPACE, "sh", "-c", program, `${scripts.programs}/sh`, script], {
      env: { PATH: `${scripts.programs}:${process.env["PATH"]}` },
      stderr: "ignore",
    });
    let output = "";
    for await (const chunk of child.stdout) {
      output += new TextDecoder().decode(chunk);
      if (output.endsWith("end\n")) break;
    }
    child.kill("SIGKILL");
    return output;
  }

  describe("stopping a command", () => {
    test("that runs ends its processes", async () => {
      const pid = await begin(ENDLESS);
      expect(await scripts.stop()).toBe("@stopped\n");
      expect(isRunning(pid)).toBe(false);
      expect(await scripts.stop()).toBe("@stopped\n");
    });

    test("that was not started keeps it from starting", async () => {
      expect(await scripts.stop()).toBe("@prevented\n");
      expect(await scripts.stop()).toBe("@prevented\n");
      await scripts.start({ waitMs: 0 });
      await pause(300);
      expect(await scripts.read("runs")).toBe("");
    });

    test("that has ended leaves its background processes alone", async () => {
      const pid = await begin(`(${ENDLESS.replace("$$", "$(exec sh -c 'echo $PPID')")}) & echo started`);
      await until("it has ended", () => Bun.file(`${scripts.dir}/code`).exists());
      expect(await scripts.stop()).toBe("@ended\n");
      expect(isRunning(pid)).toBe(true);
      expect(await scripts.stopAll()).toBe("@ok\n");
      expect(isRunning(pid)).toBe(false);
    });

    test("that has deleted its records ends its processes", async () => {
      const pid = await begin(`rm -rf ${scripts.path}/records; ${ENDLESS}`);
      expect(await scripts.stop()).toBe("@stopped\n");
      expect(isRunning(pid)).toBe(false);
    });

    test("that moved to other process groups ends its processes", async () => {
      const pid = await begin(`set -m; (${ENDLESS.replace("$$", "$(exec sh -c 'echo $PPID')")}) & wait`);
      expect(await scripts.stop()).toBe("@stopped\n");
      expect(isRunning(pid)).toBe(false);
    });

    test("that cannot be kept from starting says that nothing is known", async () => {
      await writeFile(`${scripts.path}/records`, "in the way");
      expect(await scripts.stop()).toBe("@unknown\n");
    });

    if (isRoot)
      test("whose processes belong to another user says that they run", async () => {
        const pid = await begin(ENDLESS);
        await chmod(scripts.path, 0o777);
        await chmod(scripts.commands, 0o777);
        expect(await scripts.stop(NOBODY)).toBe("@running\n");
        expect(isRunning(pid)).toBe(true);
      });

    if (hasNamespaces) {
      /** Runs an endless command, then another script. */
      const whileRunning = (then: string) =>
        `(${scripts.startText({ command: ENDLESS, waitMs: 0 })}) >/dev/null; until [ -e ${scripts.path}/pid ]; do sleep 0.05; done; ${then}`;

      test("succeeds although ended processes are not reaped", async () => {
        expect(await inNamespace(whileRunning(scripts.stopText))).toStartWith("@stopped\n");
      });

      test("whose processes are hidden says that they run", async () => {
        await chmod(scripts.path, 0o777);
        const asNobody = `chmod 777 ${scripts.commands}; exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups sh ${scripts.path}/stop`;
        await writeFile(`${scripts.path}/stop`, scripts.stopText);
        const output = await inNamespace(whileRunning(asNobody), "mount -o remount,hidepid=2 /proc");
        expect(output).toStartWith("@running\n");
      });
    }
  });

  describe("stopping all commands", () => {
    test("keeps those from starting whose start arrives later", async () => {
      await scripts.start();
      await scripts.stopAll();
      expect(await scripts.start({ command: "echo ran >late", waitMs: 0 })).toBe("@denied\n");
      expect(await scripts.stopAll()).toBe("@ok\n");
      expect(await scripts.start({ command: "echo ran >late", waitMs: 0 })).toBe("@denied\n");
      await pause(300);
      expect(await scripts.read("late")).toBe("");
    });

    test.each([
      ["of one that has ended", true],
      ["of one whose supervisor was killed", false],
    ])("spares a process that has the number %s by now", async (_, hasEnded) => {
      const other = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
      await mkdir(scripts.dir, { recursive: true });
      for (const name of ["supervisor", "group"]) await writeFile(`${scripts.dir}/${name}`, `${other.pid}\n`);
      if (hasEnded) await writeFile(`${scripts.dir}/code`, "0 1\n");
      expect(await scripts.stopAll()).toBe("@ok\n");
      await pause(100);
      expect(other.signalCode).toBeNull();
      other.kill("SIGKILL");
    });

    test("starts no program for each command that has ended", async () => {
      for (let index = 1; index <= 60; index++) {
        const dir = `${scripts.commands}/${index}`;
        await mkdir(dir, { recursive: true });
        for (const name of ["supervisor", "group"]) await writeFile(`${dir}/${name}`, "4000000\n");
        await writeFile(`${dir}/code`, "0 1\n");
      }
      for (const name of ["cat", "grep", "mv", "rm", "mkdir", "cut", "sort", "tr", "sleep"])
        await scripts.replaceProgram(name, `echo ${name} >>${scripts.path}/programs; exec ${Bun.which(name)} "$@"`);
      expect(await scripts.stopAll()).toBe("@ok\n");
      expect((await scripts.read("programs")).split("\n").length).toBeLessThan(20);
    });
  });
});
