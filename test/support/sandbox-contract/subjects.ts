import { chmod } from "node:fs/promises";
import { silentLogger } from "../../../src/log/index.ts";
import { DaytonaApi, DaytonaSandboxes } from "../../../src/sandbox/daytona/index.ts";
import { baseEnvironment, FilesystemSandboxes } from "../../../src/sandbox/filesystem/index.ts";
import type { SandboxHandle, SandboxProvider, SandboxRequest } from "../../../src/sandbox/index.ts";
import { DaytonaDouble } from "../daytona-double/daytona-double.ts";
import { MemorySessions, memoryLocks, memoryOrganization } from "../daytona-double/ports.ts";
import { LocalHostSandboxes } from "../local-host.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { NOBODY, withoutRoot } from "../without-root.ts";
import type { OpenSubject, Subject } from "./subject.ts";

/** The sandbox of this machine. */
export const openFilesystem: OpenSubject = async ({ commandTimeoutMs }) => {
  const folder = await temporaryFolder();
  const rootDir = `${folder.path}/work`;
  const provider = new FilesystemSandboxes({
    rootDir,
    commandTimeoutMs,
    baseEnvironment: baseEnvironment(process.env),
  });
  const unprivileged = async <T>(work: () => Promise<T>): Promise<T> => {
    await chmod(folder.path, 0o755);
    return await withoutRoot(work);
  };
  return subject(provider, unprivileged, () => folder[Symbol.asyncDispose]());
};

/** A remote sandbox without Daytona: its host is this machine. */
export const openLocalHost: OpenSubject = async ({ commandTimeoutMs }) => {
  const folder = await temporaryFolder();
  const provider = new LocalHostSandboxes(folder.path, commandTimeoutMs);
  const unprivileged = async <T>(work: () => Promise<T>): Promise<T> => {
    await chmod(folder.path, 0o755);
    if (process.getuid?.() === 0) provider.host.user = NOBODY;
    return await work().finally(() => {
      provider.host.user = undefined;
    });
  };
  return subject(provider, unprivileged, () => folder[Symbol.asyncDispose]());
};

/** Sandboxes at Daytona, through its SDK. All requests of a test are of one session. */
export const openDaytona: OpenSubject = async (options) => await openDaytonaOf(new DaytonaDouble())(options);

export const openDaytonaOf: (double: DaytonaDouble) => OpenSubject =
  (double) =>
  async ({ commandTimeoutMs }) => {
    const config = {
      apiKey: double.apiKey,
      apiUrl: double.url,
      autoStopMinutes: 15,
      autoDeleteMinutes: 60,
      orphanCollection: "off" as const,
    };
    const api = new DaytonaApi(config, silentLogger);
    const sessions = new MemorySessions("ses-1");
    const provider = new DaytonaSandboxes({
      api,
      config,
      commandTimeoutMs,
      sessions,
      group: "group",
      locks: memoryLocks(),
      organization: memoryOrganization(),
      log: silentLogger,
    });
    const unprivileged = async <T>(work: () => Promise<T>): Promise<T> => {
      await Promise.all(double.alive.map((box) => chmod(box.folder, 0o755)));
      if (process.getuid?.() === 0) double.user = NOBODY;
      return await work().finally(() => {
        double.user = undefined;
      });
    };
    return subject(provider, unprivileged, async () => {
      await api.close();
      await double.stop();
    });
  };

function subject(
  provider: SandboxProvider,
  unprivileged: Subject["unprivileged"],
  close: () => Promise<void>,
): Subject {
  const handles: SandboxHandle[] = [];
  return {
    unprivileged,
    acquire: async (request: Partial<SandboxRequest> = {}) => {
      const { signal } = new AbortController();
      const handle = await provider.acquire({
        executionId: "aex-1",
        sessionId: "ses-1",
        environment: {},
        signal,
        ...request,
      });
      handles.push(handle);
      return handle;
    },
    close: async () => {
      await Promise.all(handles.map((handle) => handle.release()));
      await close();
    },
  };
}
