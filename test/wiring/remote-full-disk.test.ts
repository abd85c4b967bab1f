import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startScript } from "../../src/sandbox/remote/command-scripts.ts";
import { quote } from "../../src/sandbox/remote/shell.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** The answer to a command whose directory is on a disk of 64 KB. @param before is run on that disk first */
function onSmallDisk(command: string, before: string): string {
  const disk = folder.path;
  const texts = { command: { text: `${command}\n`, isUploaded: false }, environment: { text: "", isUploaded: false } };
  const options = { dir: `${disk}/commands/1`, root: "/", timeoutMs: 10_000, ...texts };
  const start = `sh -c ${quote(startScript(options, 10_000))}`;
  const script = `mount -t tmpfs -o size=64k none ${disk} && { cd ${disk}; ${before}; cd /; ${start}; sleep 0.1; umount -l ${disk}; }`;
  const { stdout, stderr } = Bun.spawnSync(["unshare", "--mount", "sh", "-c", script]);
  return stdout.toString() + stderr.toString();
}

const FILL = "head -c 99999 /dev/zero >fill 2>/dev/null";
const canMount = Bun.spawnSync(["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]).exitCode === 0;

if (canMount)
  describe("on a full disk", () => {
    test("a command is not run, not even partly", () => {
      expect(onSmallDisk("echo hello", FILL)).toBe("@full\n");
      // A page is left: less than the command is long.
      const long = `echo begin >&2; ${"x=1; ".repeat(2_000)} echo end >&2`;
      expect(onSmallDisk(long, `${FILL}; truncate -s 61440 fill`)).toBe("@full\n");
    });

    test("the exit code of a command that fills it is still reported", () => {
      const answer = onSmallDisk("head -c 99999 /dev/zero; exit 4", "true");
      expect(answer).toMatch(/^@done\n4 \d+ full *\n/);
    });
  });
else
  test("a full disk cannot be tested without the right to mount one", () => {
    expect(process.getuid?.()).toBeNumber();
  });
