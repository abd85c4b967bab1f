import { expect, test } from "bun:test";
import { join } from "node:path";
import { until } from "../../test/support/eventually.ts";
import { isRunning } from "../../test/support/processes.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";

/** Starts a process that only its session gives away, kills the watchdog, and starts another one. */
const RUNNER = `import { spawn } from "node:child_process";
import { Watchdog } from ${JSON.stringify(join(import.meta.dir, "watchdog.ts"))};
const child = spawn("sleep", ["600"], { detached: true, env: {}, stdio: "ignore" });
const watchdog = new Watchdog(0);
watchdog.addSession(child.pid);
const first = watchdog.pid;
process.kill(first, "SIGKILL");
// Its end is noticed in a later round of the event loop.
while (watchdog.pid === first) await new Promise((next) => setImmediate(next));
watchdog.start();
console.log(child.pid, watchdog.pid);
setInterval(() => {}, 1000);`;

test("a watchdog that was killed is replaced by one that knows the same processes", async () => {
  const runner = Bun.spawn([process.execPath, "-e", RUNNER], { stdout: "pipe" });
  const { value } = await runner.stdout.getReader().read();
  const [child = "", watchdog = ""] = new TextDecoder().decode(value).trim().split(" ");
  expect([child, watchdog].every(isRunning)).toBe(true);
  runner.kill("SIGKILL");
  await until("the process and the watchdog have ended", () => ![child, watchdog].some(isRunning));
});

/** Starts a process, but never reports it to the watchdog. */
const SILENT_RUNNER = `import { spawnTracked } from ${JSON.stringify(join(import.meta.dir, "spawn-tracked.ts"))};
import { Watchdog } from ${JSON.stringify(join(import.meta.dir, "watchdog.ts"))};
const watchdog = new Watchdog(600_000);
watchdog.start();
const script = "trap 'echo finished >finished; exit' TERM; echo started; while :; do sleep 0.1; done";
const options = { cwd: process.argv.at(-1), env: { PATH: "/usr/bin:/bin" }, stdio: ["ignore", "inherit", "ignore"] };
spawnTracked("/bin/sh", ["-c", script], options, watchdog.trackingPrefix);
setInterval(() => {}, 1000);`;

test("a process may finish its work even if the runner was killed before it reported the process", async () => {
  await using folder = await temporaryFolder();
  const runner = Bun.spawn([process.execPath, "-e", SILENT_RUNNER, folder.path], { stdout: "pipe" });
  const { value } = await runner.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("started\n");
  runner.kill("SIGKILL");
  await until("the process has finished", () => Bun.file(join(folder.path, "finished")).exists());
});

const CLEANING_RUNNER = `import { Watchdog } from ${JSON.stringify(join(import.meta.dir, "watchdog.ts"))};
const watchdog = new Watchdog(0);
const [folder, ...scripts] = process.argv.slice(-4);
watchdog.addSession(1_000_000_000);
for (const script of scripts) watchdog.addCleanup("cd '" + folder + "'\\n" + script);
watchdog.drop(watchdog.addCleanup("cd '" + folder + "'; echo dropped >dropped"));
console.log(watchdog.pid);
setInterval(() => {}, 1000);`;

test("what is no process is cleaned up if the runner is killed, by scripts with any characters", async () => {
  await using folder = await temporaryFolder();
  const odd = `it's "odd" \\ @ % $HOME * [a-z] ü €`;
  const scripts = [`cat >odd <<'END'\n${odd}\nEND`, "echo second >second", "echo drop >last"];
  const runner = Bun.spawn([process.execPath, "-e", CLEANING_RUNNER, folder.path, ...scripts], { stdout: "pipe" });
  const { value } = await runner.stdout.getReader().read();
  const watchdog = new TextDecoder().decode(value).trim();
  runner.kill("SIGKILL");
  const written = async (name: string) =>
    await Bun.file(join(folder.path, name))
      .text()
      .catch(() => "");
  await until("the scripts have run", async () => (await written("last")) !== "" && (await written("odd")) !== "");
  expect(await written("odd")).toBe(`${odd}\n`);
  await until("the watchdog has ended", () => !isRunning(watchdog));
  expect(await written("second")).toBe("second\n");
  expect(await written("dropped")).toBe("");
});
