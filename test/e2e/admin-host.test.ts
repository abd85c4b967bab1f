import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installedProgram } from "../support/installed-program.ts";
import { canMount, inMountNamespace } from "../support/mount-namespace.ts";
import { messagesOf, startProgram } from "../support/program.ts";
import { requirement } from "../support/requirement.ts";

const installed = installedProgram();
const hasOwnHosts = requirement(canMount, "a localhost that is another address: this user may not mount a hosts file");

/** Starts without a token, where the name is this address. */
async function startWhere(name: string, address: string, more: Readonly<Record<string, string>> = {}, run = "start") {
  const hosts = join(installed.folder.path, `hosts-${address}`);
  await writeFile(hosts, `${address} ${name}\n`);
  const script = `mount --bind ${hosts} /etc/hosts\nexec "$@"`;
  const [command, ...args] = inMountNamespace(script, [installed.file, run]);
  const env = { MODE: "local", ADMIN_HOST: name, ADMIN_PORT: "0", TEMPORAL_SERVICE_ADDRESS: "127.0.0.1:1", ...more };
  return startProgram(command, args, env, join(installed.folder.path, "program"));
}

test.skipIf(!hasOwnHosts)("a name of loopback that is another address needs a token too", async () => {
  for (const name of ["localhost", "runner.localhost"]) {
    await using runner = await startWhere(name, "0.0.0.0");
    expect(await runner.exited).toBe(4);
    const text = messagesOf(runner.output()).join("\n");
    expect(text).toContain("STARTUP FAILURE: the admin server cannot listen");
    expect(text).toContain(`${name} is 0.0.0.0 here, which others can reach, and there is no ADMIN_TOKEN`);
    expect(text).toContain("Set ADMIN_HOST=127.0.0.1");
    expect(text).not.toContain("Admin server listens");
  }
});

test.skipIf(!hasOwnHosts)("doctor says so before the start", async () => {
  await using doctor = await startWhere("localhost", "0.0.0.0", {}, "doctor");
  expect(await doctor.exited).toBe(1);
  expect(doctor.output()).toContain("localhost is 0.0.0.0 here, which others can reach, and there is no ADMIN_TOKEN");
});

test.skipIf(!hasOwnHosts)("with a token it is listened on, and without one if it is loopback", async () => {
  for (const [address, token] of [
    ["0.0.0.0", "token-of-the-operator"],
    ["127.0.0.7", ""],
  ] as const) {
    await using runner = await startWhere("runner.localhost", address, { ADMIN_TOKEN: token });
    await runner.says("Admin server listens on http://runner.localhost:");
  }
});
