import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { waitAtMost } from "../../shared/time.ts";
import { RemoteSandbox } from "../remote/index.ts";
import type { SandboxHandle, SandboxProvider, SandboxRequest } from "../sandbox.ts";
import { isGone } from "./confirm-gone.ts";
import { createSandbox } from "./create-sandbox.ts";
import type { DaytonaSandbox } from "./daytona-api.ts";
import { DaytonaFailure } from "./daytona-error.ts";
import { DaytonaHost } from "./daytona-host.ts";
import { keepAlive, keepAliveMs } from "./keep-alive.ts";
import { groupOf } from "./labels.ts";
import { restartIfStopped } from "./restart-if-stopped.ts";
import { type Acquired, SessionSandbox, type SessionSandboxOptions } from "./session-sandbox.ts";

/** How long the end of an execution waits until its sandbox is deleted. */
const DROP_WAIT_MS = 3_000;
/** How often one request gets another sandbox for one that was deleted between its start and its first use. */
const MAX_REPLACEMENTS = 1;

const PROGRAMS_REMEDY =
  "Use a snapshot that has them (DAYTONA_DEV_TOOLS_SNAPSHOT_ID), for example one made from a Debian or Ubuntu image.";

export interface DaytonaSandboxesOptions extends SessionSandboxOptions {
  readonly commandTimeoutMs: number;
  /** How often Daytona is told that a sandbox is in use; absent: as fits the time after which it stops idle ones. */
  readonly keepAliveMs?: number;
}

/** Sandboxes at Daytona: one for each session, and one for each execution that has none. */
export class DaytonaSandboxes implements SandboxProvider {
  readonly areIsolated = true;
  readonly #options: DaytonaSandboxesOptions;
  /** How many leases there are of each. */
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
      const had = await this.#have(request, log, gone);
      try {
        return await this.#lease(had, request, log);
      } catch (error) {
        const { id } = had.remote;
        const wasDeleted = await this.#isGone(id, request);
        // It would not be better the next time.
        if (had.isNew && !wasDeleted) await this.#drop(had.remote, log);
        if (!wasDeleted || replaced >= MAX_REPLACEMENTS) throw error;
        log.warn(`The sandbox ${id} was deleted before its first use: ${messageOf(error)}`);
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
        return `left alone: ${owner === undefined ? "no runner has made it" : `it belongs to other runners (${owner})`}`;
      if (this.isInUse(remote.id)) return "left alone: an execution uses it";
      await api.call(`delete the sandbox ${sandboxId}`, () => remote.delete());
      return "deleted";
    } catch (error) {
      if (error instanceof DaytonaFailure && error.reason === "not-found") return "was gone already";
      return `could not be deleted: ${messageOf(error)}`;
    }
  }

  /** @param gone a sandbox that the request must not get */
  async #have(request: SandboxRequest, log: Logger, gone?: string): Promise<Acquired> {
    const options = { ...this.#options, log };
    const { sessionId } = request;
    if (sessionId === undefined) return { remote: await createSandbox(options, request), isNew: true };
    return await new SessionSandbox(options, sessionId, request).get(gone);
  }

  async #lease({ remote, notice }: Acquired, request: SandboxRequest, log: Logger): Promise<SandboxHandle> {
    const isEphemeral = request.sessionId === undefined;
    const unuse = this.#take(remote, log);
    try {
      const sandbox = await this.#open(remote, request, log);
      const release = async () => {
        if (!isEphemeral) await sandbox.stopAll();
        unuse();
        if (isEphemeral) await this.#drop(remote, log);
      };
      return { sandbox, release, ...(notice === undefined ? {} : { notice }) };
    } catch (error) {
      unuse();
      throw error;
    }
  }

  /** Whether a session's sandbox that could not be used was deleted. Never throws. */
  async #isGone(id: string, { sessionId, signal }: SandboxRequest): Promise<boolean> {
    if (sessionId === undefined || signal.aborted) return false;
    return await isGone(this.#options.api, id, signal).catch(() => false);
  }

  /** Counts a use, and keeps it awake. @returns the function that ends the use */
  #take(remote: DaytonaSandbox, log: Logger): () => void {
    const { api, config } = this.#options;
    const { id } = remote;
    this.#inUse.set(id, (this.#inUse.get(id) ?? 0) + 1);
    const everyMs = this.#options.keepAliveMs ?? keepAliveMs(config.autoStopMinutes);
    const rest = keepAlive(api, remote, everyMs, log);
    return () => {
      rest();
      const left = (this.#inUse.get(id) ?? 1) - 1;
      if (left > 0) this.#inUse.set(id, left);
      else this.#inUse.delete(id);
    };
  }

  /** Deletes it. Where that takes longer, others go on meanwhile; what then fails is left to the orphan collector. */
  async #drop({ id }: DaytonaSandbox, log: Logger): Promise<void> {
    const dropping = this.cleanup(id).then((done) => log.info(`Sandbox ${id}: ${done}`));
    await waitAtMost(dropping, DROP_WAIT_MS);
  }

  async #open(remote: DaytonaSandbox, request: SandboxRequest, log: Logger): Promise<RemoteSandbox> {
    const { api, commandTimeoutMs } = this.#options;
    const { environment, signal } = request;
    const host = new DaytonaHost(api, remote, (within) =>
      restartIfStopped(api, remote, { ...this.#options, log }, within),
    );
    const find = `find the working directory of the sandbox ${remote.id}`;
    const workDir = (await api.call(find, () => remote.getWorkDir(), { signal })) ?? "/";
    return await RemoteSandbox.open(host, {
      ...{ id: remote.id, workDir, commandTimeoutMs, environment, signal },
      programsRemedy: PROGRAMS_REMEDY,
    });
  }
}
