import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { until } from "../../../test/support/eventually.ts";
import { FaultyHost } from "../../../test/support/faulty-host.ts";
import { isGroupRunning } from "../../../test/support/processes.ts";
import { SHELLS } from "../../../test/support/remote-scripts.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { SandboxProgram } from "../program.ts";
import { SandboxError } from "../sandbox-error.ts";
import { POLL, WRITE } from "./program-scripts.ts";
import { RemotePrograms } from "./programs.ts";
import { Records } from "./records.ts";
import { MachineStopped } from "./remote-host.ts";
import { RemoteShell } from "./remote-shell.ts";

let folder: TemporaryFolder;
let host: FaultyHost;
let records: Records;
let programs: RemotePrograms;
const { signal } = new AbortController();

beforeEach(async () => {
  folder = await temporaryFolder();
  host = new FaultyHost(folder.path);
  records = new Records();
  const shell = new RemoteShell(host, "sbx-1", signal);
  programs = new RemotePrograms(shell, { sandboxId: "sbx-1", root: folder.path, environment: {}, records });
});
afterEach(async () => {
  host.before = async () => undefined;
  await programs.stopAll();
  await rm(records.path, { recursive: true, force: true });
  await folder[Symbol.asyncDispose]();
});

const start = async (script: string, env: Record<string, string> = {}) =>
  await programs.start({ command: "sh", args: ["-c", script], env, workingDirectory: "" }, signal);
const dir = () => `${records.path}/1`;
const allOf = async ({ output }: SandboxProgram) => await new Response(output).text();
const size = async (path: string) => {
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(`${path}/${name}`).then(
        (one) => one.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, one) => sum + one, 0);
};

describe.each(SHELLS)("with %s", (shell) => {
  beforeEach(() => {
    host.shell = Bun.which(shell) ?? "";
  });

  test("nothing is lost or doubled if each request runs twice at the same time, and its first answer is lost", async () => {
    host.before = async (script) => {
      void host.runOnce(script, { signal, timeoutMs: 60_000 }).catch(() => undefined);
    };
    const program = await start("echo ran >>runs; cat");
    const writer = program.input.getWriter();
    const lines = Array.from({ length: 200 }, (_, index) => `${index} ${"x".repeat(index % 7 === 0 ? 30_000 : 20)}\n`);
    const read = allOf(program);
    for (const line of lines) await writer.write(Buffer.from(line));
    await writer.close();
    expect(await read).toBe(lines.join(""));
    expect((await program.ended).exitCode).toBe(0);
    expect(await Bun.file(`${folder.path}/runs`).text()).toBe("ran\n");
  });

  test("requests that arrive again later change nothing", async () => {
    const program = await start("cat");
    const writer = program.input.getWriter();
    const reader = program.output.getReader();
    for (const text of ["one", "two"]) {
      await writer.write(Buffer.from(text));
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(text);
    }
    const old = host.scripts.filter((script) => script.endsWith(WRITE) || script.endsWith(POLL));
    await Promise.all(
      old.map((script) =>
        host.runOnce(script, { signal: AbortSignal.timeout(1_000), timeoutMs: 5_000 }).catch(() => undefined),
      ),
    );
    await writer.write(Buffer.from("three"));
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("three");
    await program.stop();
  });

  test("values of variables are in no argument of a process, and in no file while the program runs", async () => {
    const secret = `secret-${crypto.randomUUID()}`;
    const program = await start('echo "$KEY"; cat', { KEY: secret, "not-a-name": secret });
    const reader = program.output.getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(`${secret}\n`);
    const { output } = await host.runOnce(
      `grep -laF ${secret.slice(0, 20)} /proc/[0-9]*/cmdline | grep -v "/$$/"; grep -rlF ${secret.slice(0, 20)} ${dir()} --exclude-dir=out`,
      { signal, timeoutMs: 30_000 },
    );
    expect(output.split("\n").filter((line) => line.startsWith(dir()))).toEqual([]);
    await program.stop();
  });

  test("output that nobody reads takes little disk, and so does input that the program does not read", async () => {
    const program = await start("yes >&2 & yes");
    await until("the program has to wait", () => Bun.file(`${dir()}/crowded`).exists());
    expect(await size(`${dir()}/out`)).toBeLessThan(5_000_000);
    const writer = program.input.getWriter();
    writer.closed.catch(() => undefined);
    const flood = async () => {
      for (;;) await writer.write(new Uint8Array(3_000_000));
    };
    void flood().catch(() => undefined);
    await until("input waits", async () => (await size(`${dir()}/in`)) > 4_000_000);
    expect(await size(`${dir()}/in`)).toBeLessThan(6_000_000);
    expect((await stat(`${dir()}/error`)).size).toBeLessThanOrEqual(8_192);
    await program.stop();
    expect((await program.ended).errorTail).toStartWith("y\n");
  });
});

test("a supervisor that was killed is noticed, with what the program said before", async () => {
  const program = await start("echo last words >&2; echo out; sleep 600");
  await until(
    "it has said something",
    async () =>
      (await Bun.file(`${dir()}/error`)
        .text()
        .catch(() => "")) !== "",
  );
  const reader = program.output.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("out\n");
  const supervisor = Number(await Bun.file(`${dir()}/supervisor`).text());
  const group = Number(await Bun.file(`${dir()}/group`).text());
  process.kill(-supervisor, "SIGKILL");
  process.kill(-group, "SIGKILL");
  const { exitCode, errorTail } = await program.ended;
  expect(exitCode).toBeUndefined();
  expect(errorTail).toContain("last words\n");
  expect(errorTail).toContain("It is unknown how the program ended: it was killed together with its supervisor");
  await expect(reader.read()).rejects.toThrow("It is unknown how the program ended");
  await expect(program.input.getWriter().write(new Uint8Array(1))).rejects.toThrow("It is unknown how");
});

test("a program whose records were deleted is ended, and says why", async () => {
  const program = await start("exec sleep 600");
  const waiting = allOf(program);
  waiting.catch(() => undefined);
  await rm(dir(), { recursive: true });
  await program.input
    .getWriter()
    .write(Buffer.from("x"))
    .catch(() => undefined);
  await expect(waiting).rejects.toThrow("records in the sandbox were deleted");
  await program.stop();
});

test("a program on a machine that was stopped is gone, and nothing more is asked of the machine", async () => {
  let isStopped = false;
  host.before = async () => {
    if (isStopped) throw new MachineStopped("unavailable", "The sandbox was stopped.");
  };
  const program = await start("cat");
  isStopped = true;
  await program.input
    .getWriter()
    .write(Buffer.from("x"))
    .catch(() => undefined);
  const { exitCode, errorTail } = await program.ended;
  expect(exitCode).toBeUndefined();
  expect(errorTail).toContain("The sandbox was stopped.");
  const before = host.scripts.length;
  await program.stop();
  expect(host.scripts.length).toBe(before);
  isStopped = false;
});

test("after an error of the host the program is stopped, and its streams say why", async () => {
  const program = await start("exec sleep 600");
  const group = Number(await Bun.file(`${dir()}/group`).text());
  host.before = async (script) => {
    if (script.endsWith(WRITE)) throw new SandboxError("unavailable", "The network is down.");
  };
  await program.input
    .getWriter()
    .write(Buffer.from("x"))
    .catch(() => undefined);
  await expect(allOf(program)).rejects.toThrow("The network is down.");
  expect((await program.ended).exitCode).toBe(143);
  expect(isGroupRunning(group)).toBe(false);
});

test("a program that was stopped before its start arrived is not started", async () => {
  let late = "";
  host.before = async (script) => {
    if (!script.includes("setsid") || late !== "") return;
    late = script;
    throw new SandboxError("unavailable", "The network is down.");
  };
  await expect(start("echo ran >runs")).rejects.toThrow("The network is down. It is not running.");
  await host.runOnce(late.replaceAll("+ 10))", "+ 1))"), { signal, timeoutMs: 60_000 });
  expect(await Bun.file(`${folder.path}/runs`).exists()).toBe(false);
});

test("a program that does not exist is not found, also if its supervisor ends while it is looked for", async () => {
  host.programs = `${folder.path}/bin`;
  await mkdir(host.programs);
  // The supervisor waits until it is looked for, and who looks for it until it has ended.
  const asked = `${folder.path}/asked`;
  const wait = `until [ -e ${asked} ]; do sleep 0.03; done`;
  await writeFile(`${host.programs}/cat`, `#!/bin/sh\n${wait}\nexec ${Bun.which("cat")} "$@"\n`, { mode: 0o755 });
  const look = `kill() { true >${asked}; until [ -e "$dir/code" ]; do sleep 0.03; done; return 1; }`;
  const runOnce = host.runOnce.bind(host);
  host.runOnce = async (script, options) =>
    await runOnce(script.includes("setsid") ? `${look}\n${script}` : script, options);
  const request = { command: "no-such-program", args: [], env: {}, workingDirectory: "" };
  await expect(programs.start(request, signal)).rejects.toThrow("There is no program 'no-such-program'");
  expect(await Bun.file(asked).exists()).toBe(true);
});

test("a program whose runner is gone ends by itself, is cleaned up after, and leaves nothing", async () => {
  host.programs = `${folder.path}/bin`;
  const real = Bun.which("sleep") ?? "";
  // The supervisor's minutes pass in seconds.
  await writeFile(`${folder.path}/sleep`, `#!/bin/sh\n[ "$1" != 10 ] || exec ${real} 0.1\nexec ${real} "$1"\n`, {
    mode: 0o755,
  });
  await mkdir(host.programs);
  await rename(`${folder.path}/sleep`, `${host.programs}/sleep`);
  const request = {
    command: "sh",
    args: ["-c", "trap 'echo ended >ended; exit 3' TERM; while :; do read -r _ || :; done"],
  };
  const program = await programs.start(
    { ...request, env: {}, workingDirectory: "", cleanup: "echo cleaned >cleaned" },
    signal,
  );
  const groups = await Promise.all(
    ["supervisor", "group"].map(async (name) => Number(await Bun.file(`${dir()}/${name}`).text())),
  );
  expect((await program.ended).exitCode).not.toBe(0);
  await until("its records are gone", async () => !(await Bun.file(`${dir()}/supervisor`).exists()));
  expect(await Bun.file(`${folder.path}/cleaned`).text()).toBe("cleaned\n");
  await until("its processes have ended", () => groups.every((group) => !isGroupRunning(group)));
});
