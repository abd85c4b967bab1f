import { messageOf } from "../../shared/errors.ts";
import { sleep } from "../../shared/time.ts";
import type { SandboxLease, SandboxProvider, SandboxRequest } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { awaken } from "./awaken.ts";
import { type CreateOptions, createSandbox } from "./create-sandbox.ts";
import type { RemoteSandbox } from "./daytona-api.ts";
import { DaytonaFailure } from "./daytona-error.ts";
import { DaytonaSandbox } from "./daytona-sandbox.ts";
import { keepAlive, keepAliveMs } from "./keep-alive.ts";
import { labelsOfSession, sessionOf } from "./labels.ts";
import type { ReplicaLocks, SessionSandboxes } from "./ports.ts";
import { findRoot } from "./prepare.ts";
import { makeReady, withinReadiness } from "./readiness.ts";
import { RemoteShell } from "./remote-shell.ts";

/** How long the end of an execution waits until its sandbox is deleted. */
const DROP_WAIT_MS = 3_000;

export interface DaytonaSandboxesOptions extends CreateOptions {
  readonly commandTimeoutMs: number;
  readonly sessions: SessionSandboxes;
  /** By a session's id. */
  readonly locks: ReplicaLocks;
  /** How often Daytona is told that a sandbox is in use; absent: as fits the time after which it stops idle ones. */
  readonly keepAliveMs?: number;
}

interface Had {
  readonly remote: RemoteSandbox;
  /** Whether it was made just now. */
  readonly isNew: boolean;
  readonly notice?: string;
}

/** Sandboxes at Daytona: one for each session, and one for each execution that has none. */
export class DaytonaSandboxes implements SandboxProvider {
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

  async acquire(request: SandboxRequest): Promise<SandboxLease> {
    const { sessionId } = request;
    const had: Had =
      sessionId === undefined
        ? { remote: await createSandbox(this.#options, request), isNew: true }
        : await this.#ofSession(sessionId, request);
    const { remote, notice } = had;
    const isEphemeral = sessionId === undefined;
    const give = this.#take(remote);
    try {
      const sandbox = await this.#open(remote, request);
      const release = async () => {
        if (!isEphemeral) await sandbox.stopAll();
        give();
        if (isEphemeral) await this.#drop(remote);
      };
      return { sandbox, release, ...(notice === undefined ? {} : { notice }) };
    } catch (error) {
      give();
      // It would not be better the next time.
      if (had.isNew) await this.#drop(remote);
      throw error;
    }
  }

  async cleanup(sandboxId: string): Promise<string> {
    const { api } = this.#options;
    try {
      const remote = await api.find(sandboxId);
      if (remote === undefined) return "was gone already";
      await api.call(`delete the sandbox ${sandboxId}`, () => remote.delete());
      return "deleted";
    } catch (error) {
      if (error instanceof DaytonaFailure && error.reason === "not-found") return "was gone already";
      return `could not be deleted: ${messageOf(error)}`;
    }
  }

  /** Counts a use, and keeps it awake. @returns the function that ends the use */
  #take(remote: RemoteSandbox): () => void {
    const { api, config, log } = this.#options;
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

  /** Deletes it. Where that takes longer, it goes on while others go on too; what then fails is left to the orphan collector. */
  async #drop({ id }: RemoteSandbox): Promise<void> {
    const dropping = this.cleanup(id).then((done) => this.#options.log.info(`Sandbox ${id}: ${done}`));
    await Promise.race([dropping, sleep(DROP_WAIT_MS)]);
  }

  async #open(remote: RemoteSandbox, { environment, signal }: SandboxRequest): Promise<DaytonaSandbox> {
    const { api, commandTimeoutMs } = this.#options;
    const shell = new RemoteShell(api, remote, {
      signal,
      awaken: (within) => awaken(api, remote, this.#options, within),
    });
    const root = await findRoot(api, remote, shell, signal);
    return new DaytonaSandbox(shell, { id: remote.id, root, environment, signal, commandTimeoutMs });
  }

  /** The session's sandbox, or a new one. One replica at a time, so that there are never two. */
  async #ofSession(sessionId: string, request: SandboxRequest): Promise<Had> {
    const { locks, log } = this.#options;
    const unlock = await locks.acquire(sessionId, request.signal).catch((error: unknown) => {
      if (request.signal.aborted) throw error;
      throw new SandboxError(
        "unavailable",
        `The sandbox of session ${sessionId} cannot be had: the lock around it could not be taken: ${messageOf(error)}`,
        error,
      );
    });
    try {
      const known = await this.#known(sessionId, request);
      const remote = known === undefined ? undefined : await this.#revive(known, sessionId, request);
      if (remote !== undefined) return { remote, isNew: false };
      const left = await this.#leftOver(sessionId, request);
      if (left !== undefined) return { remote: left, isNew: false };
      const made = { remote: await this.#createFor(sessionId, request), isNew: true };
      if (known === undefined) return made;
      log.warn(`The sandbox ${known} of session ${sessionId} is gone or broken: ${made.remote.id} replaces it`);
      return {
        ...made,
        notice:
          "The session's sandbox was gone or broken and has been replaced by a new one: files of earlier turns are not in it.",
      };
    } finally {
      await unlock();
    }
  }

  /** Another replica may have made one since the execution was read. */
  async #known(sessionId: string, { sandboxId, signal }: SandboxRequest): Promise<string | undefined> {
    const { sessions, log } = this.#options;
    try {
      return (await sessions.recall(sessionId, signal))?.sandboxId;
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`Session ${sessionId} could not be read again: ${messageOf(error)}`);
      return sandboxId;
    }
  }

  /** @returns the running sandbox, or `undefined` where it cannot be used */
  async #revive(id: string, sessionId: string, request: SandboxRequest): Promise<RemoteSandbox | undefined> {
    const { api, log } = this.#options;
    const remote = await api.find(id, request.signal);
    if (remote === undefined) return undefined;
    // One that another session works in is not this one's, whatever the session says.
    const owner = sessionOf(remote.labels);
    if (owner !== undefined && owner !== sessionId) return undefined;
    if (remote.state !== "started")
      log.info(`The sandbox ${id} of session ${sessionId} is ${remote.state}: starting it`);
    const ready = await withinReadiness(
      `the sandbox ${id} of session ${sessionId}`,
      request.signal,
      this.#options,
      (signal) => makeReady(api, remote, signal),
    );
    return ready ? remote : undefined;
  }

  /** One that was made for the session, and could not be written to it then. */
  async #leftOver(sessionId: string, request: SandboxRequest): Promise<RemoteSandbox | undefined> {
    const { api, group, log } = this.#options;
    for (const remote of await api.list(labelsOfSession(group, sessionId), request.signal)) {
      const usable = await this.#revive(remote.id, sessionId, request);
      if (usable === undefined) continue;
      log.info(`The sandbox ${usable.id} was made for session ${sessionId} before: it is used`);
      await this.#remember(sessionId, usable.id, request.signal);
      return usable;
    }
    return undefined;
  }

  async #createFor(sessionId: string, request: SandboxRequest): Promise<RemoteSandbox> {
    const remote = await createSandbox(this.#options, request);
    await this.#remember(sessionId, remote.id, request.signal);
    return remote;
  }

  async #remember(sessionId: string, sandboxId: string, signal: AbortSignal): Promise<void> {
    const { sessions, log } = this.#options;
    try {
      await sessions.remember(sessionId, sandboxId, signal);
    } catch (error) {
      signal.throwIfAborted();
      // It is found by its label the next time.
      log.warn(`The sandbox ${sandboxId} could not be written to session ${sessionId}: ${messageOf(error)}`);
    }
  }
}
