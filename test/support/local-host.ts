import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { SandboxHandle, SandboxProvider, SandboxRequest } from "../../src/sandbox/index.ts";
import { SandboxError } from "../../src/sandbox/index.ts";
import {
  MAX_SCRIPT_BYTES,
  type RemoteHost,
  RemoteSandbox,
  type ScriptOptions,
  type ScriptOutcome,
} from "../../src/sandbox/remote/index.ts";
import { systemCode } from "../../src/shared/errors.ts";
import { runShell } from "./run-shell.ts";

/** This machine as the host of remote sandboxes: scripts run with /bin/sh. */
export class LocalHost implements RemoteHost {
  /** Scripts run as this user; absent: as this process does. */
  user: number | undefined;
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  async run(script: string, { signal, timeoutMs }: ScriptOptions): Promise<ScriptOutcome> {
    if (Buffer.byteLength(script) > MAX_SCRIPT_BYTES) throw new Error("A script is longer than it may be");
    const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: this.#home, LANG: "C.UTF-8" };
    const outcome = await runShell(script, { cwd: "/", env, user: this.user, signal, timeoutMs });
    if (outcome === undefined) throw new SandboxError("unavailable", "The script took too long.");
    return outcome;
  }

  async upload(path: string, content: Uint8Array): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }

  async download(path: string): Promise<Uint8Array | undefined> {
    return await readFile(path).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    });
  }
}

/** A whole provider of remote sandboxes: one sandbox, in a directory of this machine. */
export class LocalHostSandboxes implements SandboxProvider {
  readonly kind = "local-host";
  readonly areIsolated = false;
  readonly host: LocalHost;
  readonly #directory: string;
  readonly #commandTimeoutMs: number;

  constructor(directory: string, commandTimeoutMs: number) {
    this.host = new LocalHost(directory);
    this.#directory = directory;
    this.#commandTimeoutMs = commandTimeoutMs;
  }

  async acquire({ environment, signal }: SandboxRequest): Promise<SandboxHandle> {
    const sandbox = await RemoteSandbox.open(this.host, {
      id: "local-host",
      workDir: await realpath(this.#directory),
      commandTimeoutMs: this.#commandTimeoutMs,
      environment,
      signal,
      programsRemedy: "Install them.",
    });
    return { sandbox, release: () => sandbox.stopAll() };
  }

  async cleanup(): Promise<string> {
    return "the directory is kept";
  }
}
