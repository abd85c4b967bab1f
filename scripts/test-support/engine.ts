/**
 * The container engine of a test run: the one that is running, or else one that is started for this run only.
 *
 * An engine that is started here does not change the machine: it has its own data directory, no default bridge, and does
 * not touch the firewall. Its proxy publishes the ports of containers, on loopback only.
 */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "./command.ts";

const PREFIX = "agent-runner-engine-";
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;

export interface Engine {
  /** For the summary: whose engine it is, and its version. */
  readonly about: string;
  /** The engine's address, if it is not the default one. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @returns undefined if there is no engine; the reason is on standard error */
export async function openEngine(): Promise<Engine | undefined> {
  const running = await serverVersion();
  if (running !== undefined) return { about: `Docker ${running}`, env: {}, stop: async () => undefined };
  const executable = Bun.which("dockerd");
  if (process.env["DOCKER_HOST"] !== undefined || executable === null || process.getuid?.() !== 0) return undefined;
  await removeLeftovers();
  return await startEngine(executable);
}

async function serverVersion(): Promise<string | undefined> {
  return await output(["docker", "version", "--format", "{{.Server.Version}}"], 10_000);
}

async function startEngine(executable: string): Promise<Engine | undefined> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  const socket = `unix://${join(folder, "socket")}`;
  const log = join(folder, "log");
  await mkdir(join(folder, "data"));
  await Bun.write(join(folder, "owner"), String(process.pid));
  const server = Bun.spawn(
    [
      ...endWithParent(),
      executable,
      ...["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"), "--pidfile", join(folder, "pid")],
      ...["--host", socket, "--ip", "127.0.0.1", "--bridge", "none"],
      ...["--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"],
    ],
    { stdin: "ignore", stdout: Bun.file(log), stderr: Bun.file(log) },
  );
  process.env["DOCKER_HOST"] = socket;
  const stop = async () => {
    delete process.env["DOCKER_HOST"];
    server.kill("SIGTERM");
    const limit = setTimeout(() => server.kill("SIGKILL"), STOP_LIMIT_MS);
    await server.exited;
    clearTimeout(limit);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  };
  const end = Date.now() + START_LIMIT_MS;
  while (Date.now() < end && server.exitCode === null) {
    const version = await serverVersion();
    if (version !== undefined)
      return { about: `Docker ${version}, started for this run`, env: environment(socket), stop };
    await Bun.sleep(200);
  }
  const lines = (await Bun.file(log).text()).split("\n");
  console.error(`dockerd did not start:\n${lines.slice(-6).join("\n")}`);
  await stop();
  return undefined;
}

/** The engine's ports are on this machine's loopback. Without this, testcontainers looks elsewhere inside a container. */
function environment(socket: string): Record<string, string> {
  return { DOCKER_HOST: socket, TESTCONTAINERS_HOST_OVERRIDE: "127.0.0.1" };
}

/** If this run is killed, the kernel sends its engine SIGTERM. */
function endWithParent(): string[] {
  const setpriv = Bun.which("setpriv");
  return setpriv === null ? [] : [setpriv, "--pdeathsig", "TERM"];
}

/** Removes the directories of runs that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const owner = await Bun.file(join(folder, "owner"))
      .text()
      .catch(() => "");
    if (owner === "" || isAlive(Number(owner))) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
