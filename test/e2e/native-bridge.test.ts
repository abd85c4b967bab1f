/** Temporal's native library, which the program unpacks: into which directory, and what happens if none will do. */
import { describe, expect, test } from "bun:test";
import { chmod, mkdir, readdir, stat, truncate, utimes } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { installedProgram } from "../support/installed-program.ts";
import { canMount, inMountNamespace } from "../support/mount-namespace.ts";
import { messagesOf, startProgram } from "../support/program.ts";
import { startTemporal } from "../support/temporal.ts";

/** What a start says once the library works, without a Temporal. */
const LOADED = "STARTUP FAILURE: no connection to Temporal";
/** A user that the system does not know. */
const UNKNOWN = "54321";

const installed = installedProgram("ollama");

/** An empty home with a directory for temporary files. */
async function newHome() {
  const home = join(installed.folder.path, crypto.randomUUID());
  await mkdir(join(home, "tmp"), { recursive: true });
  const data = join(home, "data/native-bridge");
  const cache = join(home, ".cache/agent-runner/native-bridge");
  return { home, data, cache };
}

/** A start that ends at the missing Temporal server, or earlier. */
async function start(home: string, wrap: (command: string[]) => readonly [string, ...string[]] = ([p = ""]) => [p]) {
  const env = {
    MODE: "local",
    LOG_LEVEL: "debug",
    ADMIN_PORT: "0",
    TEMPORAL_SERVICE_ADDRESS: "127.0.0.1:1",
    HOME: home,
    TMPDIR: join(home, "tmp"),
    STIGMER_DATA_DIR: join(home, "data"),
  };
  const [command, ...args] = wrap([installed.file]);
  await using program = startProgram(command, args, env, home);
  expect([await program.exited, program.errors()]).toEqual([4, ""]);
  const messages = messagesOf(program.output());
  return { messages, about: messages.filter((message) => message.startsWith("Temporal's native library")) };
}

const onlyFile = async (directory: string) => {
  const names = await readdir(directory);
  expect(names).toEqual([expect.stringMatching(/^temporal-bridge-[0-9a-f]{64}\.node$/)]);
  return join(directory, names[0] ?? "");
};
const hashOf = async (path: string) =>
  new Bun.CryptoHasher("sha256").update(await Bun.file(path).bytes()).digest("hex");

describe("the native library", () => {
  test("is unpacked by the first start into the data directory, for this user only, and used from then on", async () => {
    const { home, data } = await newHome();
    const { messages, about } = await start(home);
    expect(messages).toContain(LOADED);
    expect(about).toEqual([`Temporal's native library was loaded from ${data} (STIGMER_DATA_DIR)`]);
    const path = await onlyFile(data);
    expect(path).toContain(await hashOf(path));
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    const { ino } = await stat(path);
    expect((await start(home)).messages).toContain(LOADED);
    expect((await stat(path)).ino).toBe(ino);
    expect(await readdir(join(home, "tmp"))).toEqual([]);
  });

  test("is repaired if it is damaged, also at its right size", async () => {
    const { home, data } = await newHome();
    await start(home);
    const path = await onlyFile(data);
    const hash = await hashOf(path);
    const { size } = await stat(path);
    for (const harm of [
      () => Bun.write(path, Buffer.alloc(size)),
      () => truncate(path, size / 2),
      () => truncate(path, 0),
    ]) {
      await chmod(path, 0o700);
      await harm();
      const { messages, about } = await start(home);
      expect(messages).toContain(LOADED);
      expect(about).toEqual([`Temporal's native library was loaded from ${data} (STIGMER_DATA_DIR)`]);
      expect(await hashOf(await onlyFile(data))).toBe(hash);
    }
  });

  test("is unpacked by many first starts at once", async () => {
    const { home, data } = await newHome();
    const all = await Promise.all(Array.from({ length: 6 }, () => start(home)));
    for (const { messages } of all) expect(messages).toContain(LOADED);
    await onlyFile(data);
  });

  test("of other versions is removed when nobody has used it for a month", async () => {
    const { home, data } = await newHome();
    const old = join(data, `temporal-bridge-${"0".repeat(64)}.node`);
    await mkdir(data, { recursive: true, mode: 0o700 });
    await Bun.write(old, "");
    await utimes(old, 1, 1);
    await start(home);
    await onlyFile(data);
  });

  test("goes to the cache if the data directory cannot have it", async () => {
    const { home, data, cache } = await newHome();
    await Bun.write(data, "a file in its place");
    const { messages, about } = await start(home);
    expect(messages).toContain(LOADED);
    expect(about).toEqual([
      `Temporal's native library cannot be loaded from ${data} (STIGMER_DATA_DIR): it is not a directory (ENOTDIR)`,
      `Temporal's native library was loaded from ${cache} (XDG_CACHE_HOME)`,
    ]);
    await onlyFile(cache);
  });

  test("that fits nowhere ends the start with each place and what to do", async () => {
    const { home, data, cache } = await newHome();
    // Some megabytes: enough for the databases.
    const { messages, about } = await start(home, (command) => ["sh", "-c", 'ulimit -f 8000; "$0"', ...command]);
    expect(about).toEqual([]);
    const block = messages.slice(messages.indexOf("=".repeat(80)));
    const reason = "this process may not write files of this size (EFBIG)";
    expect(block).toEqual([
      "=".repeat(80),
      "STARTUP FAILURE: Temporal's native library cannot be loaded",
      "Error: It is unpacked before it is loaded, and that failed in all 4 places",
      "Possible causes:",
      `  1. ${data} (STIGMER_DATA_DIR): ${reason}`,
      `  2. ${cache} (XDG_CACHE_HOME): ${reason}`,
      expect.stringMatching(/^ {2}3\. \S+\/tmp\/agent-runner-native-bridge-\d+ \(TMPDIR\): this process may not/),
      `  4. memory: ${reason}`,
      expect.stringContaining("Make one of these directories writable"),
      expect.stringContaining("--tmpfs /tmp:exec"),
      "=".repeat(80),
    ]);
    for (const directory of [data, cache]) expect(await readdir(directory)).toEqual([]);
  });
});

if (canMount) describe("on file systems that do not suit", unsuitable);
else
  test("file systems that do not suit cannot be tried here: this user may not mount any", () => {
    expect(process.geteuid?.()).not.toBe(0);
  });

function unsuitable(): void {
  /** A start that sees other file systems than this machine. */
  const startWith = (home: string, mounts: readonly string[]) =>
    start(home, (command) => inMountNamespace([...mounts, 'exec "$@"'].join("\n"), command));

  test("the library is loaded from the cache if the data directory is mounted noexec", async () => {
    const { home, data, cache } = await newHome();
    await mkdir(join(home, "data"));
    const { messages, about } = await startWith(home, [`mount -t tmpfs -o noexec none ${home}/data`]);
    expect(messages).toContain(LOADED);
    expect(about).toEqual([
      // Before it was written or tried: what the linker maps of a library that fails stays mapped.
      `Temporal's native library cannot be loaded from ${data} (STIGMER_DATA_DIR): it is mounted noexec`,
      `Temporal's native library was loaded from ${cache} (XDG_CACHE_HOME)`,
    ]);
  });

  test("the library is loaded from the temporary directory if the disks before it are small or read-only", async () => {
    const { home, cache } = await newHome();
    await mkdir(join(home, "data"));
    await mkdir(join(home, ".cache"));
    const { messages, about } = await startWith(home, [
      `mount -t tmpfs -o size=28m none ${home}/data`,
      `mount -t tmpfs -o ro none ${home}/.cache`,
    ]);
    expect(messages).toContain(LOADED);
    expect(about).toEqual([
      expect.stringMatching(
        /^Temporal's native library cannot be loaded from \S+ \(STIGMER_DATA_DIR\): only 2\d(\.\d)? MiB are free there, \d+(\.\d)? MiB are/,
      ),
      `Temporal's native library cannot be loaded from ${cache} (XDG_CACHE_HOME): it is read-only (EROFS)`,
      expect.stringMatching(
        /^Temporal's native library was loaded from \S+\/agent-runner-native-bridge-\d+ \(TMPDIR\)$/,
      ),
    ]);
  });

  test("the library is loaded from memory if no directory can have it, and agents run", async () => {
    const home = join(installed.folder.path, "memory");
    await mkdir(home);
    const [daemon, admin] = await freePorts(2);
    await using temporal = await startTemporal();
    const env = {
      TEMPORAL_SERVICE_ADDRESS: temporal.address,
      STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
      ADMIN_PORT: String(admin),
      OLLAMA_BASE_URL: installed.ollama.url,
    };
    // As in a container: nothing can be written but a volume, the user is unknown and has no home.
    const script = `
      mount -t tmpfs none /mnt
      mkdir /mnt/program /mnt/volume
      mount --bind ${join(installed.folder.path, "program")} /mnt/program
      mount -t tmpfs -o noexec,mode=777 none /mnt/volume
      mount -t tmpfs -o ro none /tmp
      mount -o remount,bind,ro /
      cd /mnt/volume
      exec env --unset=HOME --unset=TMPDIR STIGMER_DATA_DIR=/mnt/volume/data "$@"`;
    const unknown =
      process.geteuid?.() === 0 ? ["setpriv", "--reuid", UNKNOWN, "--regid", UNKNOWN, "--clear-groups"] : [];
    const [command, ...args] = inMountNamespace(script, [...unknown, "/mnt/program/agent-runner", "dev"]);
    await using everything = startProgram(command, args, env, home);
    await everything.says("Ready.");
    const about = messagesOf(everything.output()).filter((message) => message.startsWith("Temporal's native library"));
    expect(about).toEqual([
      expect.stringContaining("/mnt/volume/data/native-bridge (STIGMER_DATA_DIR): it is mounted noexec"),
      expect.stringMatching(
        /\/tmp\/agent-runner-native-bridge-\d+ \(TMPDIR\): (it is read-only|this user may not write it)/,
      ),
      expect.stringMatching(
        /^Temporal's native library is kept in memory, which takes 2\d(\.\d)? MiB: no directory can be used$/,
      ),
    ]);
    installed.ollama.converse(() => ({ text: "Hello from memory." }));
    await using run = startProgram(installed.file, ["run", "Hello?"], env, home);
    expect(await run.exited).toBe(0);
    expect(run.output()).toContain("Hello from memory.");
    everything.signal("SIGTERM");
    expect(await everything.exited).toBe(0);
    expect(everything.errors()).toBe("");
  });
}
