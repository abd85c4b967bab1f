/**
 * Measures what skills add to the start of an execution: `bun run bench:skills`.
 *
 * The backend is the daemon, over gRPC. The local sandbox is a directory; that of the cloud is
 * the runner's remote sandbox over Daytona's SDK, with a double of its API on this machine.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import type { SkillReference } from "../src/definition/index.ts";
import { silentLogger } from "../src/log/index.ts";
import type { Sandbox } from "../src/sandbox/index.ts";
import { openSkills, skillsPrompt } from "../src/skills/index.ts";
import { SkillCommandController, StigmerSkills } from "../src/stigmer/index.ts";
import { openDaemonServices } from "../test/support/daemon-services.ts";
import { openDaytona, openFilesystem } from "../test/support/sandbox-contract/subjects.ts";
import { median, printMachine, row, timed } from "./measures.ts";

const ROUNDS = 20;
const EMPTY_ROUNDS = 10_000;
const SKILL_BYTES = 1024 * 1024;
const FILES = 50;

const folder = await mkdtemp(join(tmpdir(), "agent-runner-bench-skills-"));
await using services = await openDaemonServices();
const { signal } = new AbortController();
const source = new StigmerSkills(services.client, "acme", signal);
let calls = 0;
const call = services.client.call.bind(services.client);
services.client.call = (...args) => {
  calls++;
  return call(...args);
};

/** Random content: nothing of it can be compressed. */
function skillZip(): Uint8Array {
  const part = SKILL_BYTES / FILES;
  const files = Array.from({ length: FILES }, (_, index) => [`data/${index}.bin`, random(part)] as const);
  return zipSync({ "SKILL.md": Buffer.from("# Skill\n".repeat(100)), ...Object.fromEntries(files) }, { level: 6 });
}

function random(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

const reference: SkillReference = { scope: "organization", organization: "acme", slug: "skill", version: "" };
await services.client.call(SkillCommandController.method.push, { name: "skill", org: "acme", artifact: skillZip() });

async function install(sandbox: Sandbox, cache: string): Promise<void> {
  const found = await openSkills(join(folder, cache), silentLogger).find([reference], source, signal);
  skillsPrompt((await found.install(sandbox)).of([reference]), 100_000);
}

printMachine();
const empty = openSkills(join(folder, "none"), silentLogger);
calls = 0;
const perEmpty = await timed(async () => {
  for (let n = 0; n < EMPTY_ROUNDS; n++) await (await empty.find([], source, signal)).install(never());
});
row("an execution without skills", `${((perEmpty / EMPTY_ROUNDS) * 1000).toFixed(2)} µs`, "target: ≤ 1 ms");
row("its further requests", String(calls), "target: 0");

for (const [kind, open] of [
  ["local", openFilesystem],
  ["cloud (double)", openDaytona],
] as const) {
  const subject = await open({ commandTimeoutMs: 60_000 });
  const { sandbox } = await subject.acquire();
  // Loads the code.
  await install(sandbox, "warm-up");
  const figures = { cold: [] as number[], cached: [] as number[], installed: [] as number[] };
  for (let n = 0; n < ROUNDS; n++) {
    await sandbox.remove("bin");
    figures.cold.push(await timed(() => install(sandbox, `${kind}-${n}`)));
    await sandbox.remove("bin");
    figures.cached.push(await timed(() => install(sandbox, `${kind}-${n}`)));
    figures.installed.push(await timed(() => install(sandbox, `${kind}-${n}`)));
  }
  const size = `${FILES} files, 1 MiB`;
  row(`${kind}: fetched and unpacked (${size}), median`, `${median(figures.cold).toFixed(1)} ms`);
  row(`${kind}: zip in the cache, unpacked, median`, `${median(figures.cached).toFixed(1)} ms`);
  row(`${kind}: already in the sandbox, median`, `${median(figures.installed).toFixed(1)} ms`);
  await subject.close();
}
await rm(folder, { recursive: true, force: true });

/** Shows that no sandbox is touched. */
function never(): Pick<Sandbox, "installTrees"> {
  return { installTrees: () => Promise.reject(new Error("a sandbox is touched")) };
}
