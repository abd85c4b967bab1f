import type { Logger } from "../../log/index.ts";
import { explained } from "../../shared/errors.ts";
import { waitAtMost } from "../../shared/time.ts";
import { RemoteSandbox } from "../remote/index.ts";
import type { SandboxHandle, SandboxProvider, SandboxRequest } from "../sandbox.ts";
import { createSandbox } from "./create-sandbox.ts";
import type { DaytonaSandbox } from "./daytona-api.ts";
import { DaytonaFailure } from "./daytona-error.ts";
import { DaytonaHost } from "./daytona-host.ts";
import { isGone } from "./is-gone.ts";
import { keepAlive, keepAliveMs } from "./keep-alive.ts";
import { groupOf } from "./labels.ts";
import { restartIfStopped } from "./restart-if-stopped.ts";
import { type Acquired, SessionSandbox, type SessionSandboxOptions } from "./session-sandbox.ts";

/** How long the end of an execution waits for the deletion of its sandbox. */
const DELETE_WAIT_MS = 3_000;
/** How often a sandbox is replaced that was deleted between its start and its first use. */
const MAX_REPLACEMENTS = 1;

const PROGRAMS_REMEDY =
  "Use a snapshot that has them (DAYTONA_DEV_TOOLS_SNAPSHOT_ID), for example one made from a Debian or Ubuntu image.";

export interface DaytonaSandboxesOptions extends SessionSandboxOptions {
  readonly commandTimeoutMs: number;
  /**
   * How often Daytona is told that a sandbox is in use; absent: derived from the time after which it stops idle ones.
   */
  readonly keepAliveMs?: number;
}

/** Sandboxes at Daytona: one for each session, and one for each execution without a session. */
export class DaytonaSandboxes implements SandboxProvider {
  readonly kind = "daytona";
  readonly areIsolated = true;
  readonly #options: DaytonaSandboxesOptions;
  /** How many handles exist for each sandbox. */
  readonly #inUse = new Map<string, number>();

  constructor(options: DaytonaSandboxesOptions) {
    this.#options = options;
  }

  /** Whether an execution of this process uses the sandbox. */
  isInUse(sandboxId: string): boolean {
    return this.#inUse.has(sandboxId);
  }

  async acquire(request: SandboxRequest): Promise<SandboxHandle> {
    const { executionId, sessionId } = request;
    const log = this.#options.log.child("sandbox", { executionId, sessionId });
    let gone: string | undefined;
    for (let replaced = 0; ; replaced++) {
      const acquired = await this.#find(request, log, gone);
      try {
        return await this.#open(acquired, request, log);
      } catch (error) {
        const { id } = acquired.remote;
        const wasDeleted = await this.#isGone(id, request);
        // It would fail the next time too.
        if (acquired.isNew && !wasDeleted) await this.#delete(acquired.remote, log);
        if (!wasDeleted || replaced >= MAX_REPLACEMENTS) throw error;
        log.warn(`The sandbox ${id} was deleted before its first use: ${explained(error)}`);
        gone = id;
      }
    }
  }

  async cleanup(sandboxId: string): Promise<string> {
    const { api, group } = this.#options;
    try {
      const remote = await api.find(sandboxId);
      if (remote === undefined) return "was gone already";
      const owner = groupOf(remote.labels);
      if (owner !== group)
        return `left alone: ${owner === undefined ? "no runner created it" : `it belongs to other runners (${owner})`}`;
      if (this.isInUse(remote.id)) return "left alone: an execution uses it";
      await api.call(`delete the sandbox ${sandboxId}`, () => remote.delete());
      return "deleted";
    } catch (error) {
      if (error instanceof DaytonaFailure && error.reason === "not-found") return "was gone already";
      return `could not be deleted: ${explained(error)}`;
    }
  }

  /** Finds or creates the sandbox. @param gone a sandbox that must not be used */
  async #find(request: SandboxRequest, log: Logger, gone?: string): Promise<Acquired> {
    const options = { ...this.#options, log };
    const { sessionId } = request;
    if (sessionId === undefined) return { remote: await createSandbox(options, request), isNew: true };
    return await new SessionSandbox(options, sessionId, request).get(gone);
  }

  async #open({ remote, notice }: Acquired, request: SandboxRequest, log: Logger): Promise<SandboxHandle> {
    const isEphemeral = request.sessionId === undefined;
    const endUse = this.#beginUse(remote, log);
    try {
      const sandbox = await this.#connect(remote, request, log);
      const release = async () => {
        if (!isEphemeral) await sandbox.stopAll();
        endUse();
        if (isEphemeral) await this.#delete(remote, log);
      };
      return { sandbox, release, ...(notice === undefined ? {} : { notice }) };
    } catch (error) {
      endUse();
      throw error;
    }
  }

  /** Whether a session's sandbox that could not be used was deleted. Never throws. */
  async #isGone(id: string, { sessionId, signal }: SandboxRequest): Promise<boolean> {
    if (sessionId === undefined || signal.aborted) return false;
    return await isGone(this.#options.api, id, signal).catch(() => false);
  }

  /** Counts a use, and keeps the sandbox awake. @returns a function that ends the use */
  #beginUse(remote: DaytonaSandbox, log: Logger): () => void {
    const { api, config } = this.#options;
    const { id } = remote;
    this.#inUse.set(id, (this.#inUse.get(id) ?? 0) + 1);
    const everyMs = this.#options.keepAliveMs ?? keepAliveMs(config.autoStopMinutes);
    const stopKeepAlive = keepAlive(api, remote, everyMs, log);
    return () => {
      stopKeepAlive();
      const left = (this.#inUse.get(id) ?? 1) - 1;
      if (left > 0) this.#inUse.set(id, left);
      else this.#inUse.delete(id);
    };
  }

  /** Deletes it. A slow deletion continues in the background; if it fails, the orphan collector deletes the sandbox. */
  async #delete({ id }: DaytonaSandbox, log: Logger): Promise<void> {
    const deletion = this.cleanup(id).then((done) => log.info(`Sandbox ${id}: ${done}`));
    await waitAtMost(deletion, DELETE_WAIT_MS);
  }

  async #connect(remote: DaytonaSandbox, request: SandboxRequest, log: Logger): Promise<RemoteSandbox> {
    const { api, commandTimeoutMs } = this.#options;
    const { environment, signal } = request;
    const host = new DaytonaHost(api, remote, (within) =>
      restartIfStopped(api, remote, { ...this.#options, log }, within),
    );
    const find = `find the working directory of the sandbox ${remote.id}`;
    const workDir = (await api.call(find, () => remote.getWorkDir(), { signal })) ?? "/";
    return await RemoteSandbox.open(host, {
      id: remote.id,
      workDir,
      commandTimeoutMs,
      environment,
      signal,
      programsRemedy: PROGRAMS_REMEDY,
    });
  }
}
