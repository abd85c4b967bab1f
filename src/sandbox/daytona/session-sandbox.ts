import { explained } from "../../shared/errors.ts";
import type { SandboxRequest } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { type CreateOptions, createSandbox } from "./create-sandbox.ts";
import type { DaytonaSandbox } from "./daytona-api.ts";
import { findTwice } from "./is-gone.ts";
import { labelsOfSession, sessionOf } from "./labels.ts";
import type { GroupOrganization, ReplicaLocks, SessionSandboxes } from "./ports.ts";
import { makeReady, withinReadiness } from "./readiness.ts";

export interface SessionSandboxOptions extends CreateOptions {
  readonly sessions: SessionSandboxes;
  /** By a session's id. */
  readonly locks: ReplicaLocks;
  readonly organization: GroupOrganization;
}

/** The sandbox of a request. */
export interface Acquired {
  readonly remote: DaytonaSandbox;
  /** Whether it was created for this request. */
  readonly isNew: boolean;
  /** What the user should know. */
  readonly notice?: string;
}

/** Finds the sandbox of a session, or creates it. */
export class SessionSandbox {
  readonly #options: SessionSandboxOptions;
  readonly #sessionId: string;
  readonly #request: SandboxRequest;

  constructor(options: SessionSandboxOptions, sessionId: string, request: SandboxRequest) {
    this.#options = options;
    this.#sessionId = sessionId;
    this.#request = request;
  }

  /**
   * The session's sandbox, or a new one. A lock prevents that two replicas create one each.
   * @param gone a sandbox that is known to be gone, even if Daytona still lists it
   * @throws SandboxError; the request's signal's reason
   */
  async get(gone?: string): Promise<Acquired> {
    const { log } = this.#options;
    const unlock = await this.#lock();
    try {
      const known = await this.#known();
      const remote = known === undefined || known === gone ? undefined : await this.#resume(known);
      if (remote !== undefined) return { remote, isNew: false };
      const left = await this.#leftOver(known, gone);
      if (left !== undefined) return { remote: left, isNew: false };
      const made = { remote: await this.#create(known), isNew: true };
      if (known === undefined) return made;
      log.warn(`The sandbox ${known} of session ${this.#sessionId} is gone or broken: ${made.remote.id} replaces it`);
      return {
        ...made,
        notice:
          "The session's sandbox was gone or broken and has been replaced by a new one: files of earlier turns are not in it.",
      };
    } finally {
      await unlock();
    }
  }

  async #lock(): Promise<() => Promise<void>> {
    const { signal } = this.#request;
    return await this.#options.locks.acquire(this.#sessionId, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new SandboxError(
        "unavailable",
        `The sandbox of session ${this.#sessionId} is not available, because its lock could not be acquired: ${explained(error)}`,
        error,
      );
    });
  }

  /** The session is read again: another replica may have created a sandbox meanwhile. */
  async #known(): Promise<string | undefined> {
    const { sessions, log } = this.#options;
    const { sandboxId, signal } = this.#request;
    try {
      return (await sessions.getSandbox(this.#sessionId, signal))?.sandboxId;
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`Session ${this.#sessionId} could not be read again: ${explained(error)}`);
      return sandboxId;
    }
  }

  /** Starts a sandbox if necessary. @returns `undefined` if it cannot be used */
  async #resume(id: string): Promise<DaytonaSandbox | undefined> {
    const { api, log } = this.#options;
    const { signal } = this.#request;
    const remote = await findTwice(api, id, signal);
    if (remote === undefined) return undefined;
    // A sandbox of another session must not be used, even if this session names it.
    const owner = sessionOf(remote.labels);
    if (owner !== undefined && owner !== this.#sessionId) return undefined;
    const what = `the sandbox ${id} of session ${this.#sessionId}`;
    if (remote.state !== "started")
      log.info(`The sandbox ${id} of session ${this.#sessionId} is ${remote.state}: starting it`);
    const ready = await withinReadiness(what, signal, this.#options, (within) => makeReady(api, remote, within));
    return ready ? remote : undefined;
  }

  /** A sandbox that was created for the session, but could not be stored in it. */
  async #leftOver(known: string | undefined, gone: string | undefined): Promise<DaytonaSandbox | undefined> {
    const { api, group, log } = this.#options;
    for (const remote of await api.list(labelsOfSession(group, this.#sessionId), this.#request.signal)) {
      const usable = remote.id === gone ? undefined : await this.#resume(remote.id);
      if (usable === undefined) continue;
      await this.#checkOrganization(usable, known);
      log.info(`The sandbox ${usable.id} was created for session ${this.#sessionId} before, and is used again`);
      await this.#saveSandboxId(usable.id);
      return usable;
    }
    return undefined;
  }

  /** @param replaces the session's sandbox, which seems to be gone */
  async #create(replaces: string | undefined): Promise<DaytonaSandbox> {
    const remote = await createSandbox(this.#options, this.#request);
    try {
      await this.#checkOrganization(remote, replaces);
    } catch (error) {
      await this.#options.api
        .call(`delete the sandbox ${remote.id}`, () => remote.delete())
        .catch((failure: unknown) => this.#options.log.warn(explained(failure)));
      throw error;
    }
    await this.#saveSandboxId(remote.id);
    return remote;
  }

  /**
   * Refuses to replace a sandbox that this runner only cannot see, because its key belongs to another organization.
   * @throws SandboxError if the organization differs, or that of the group is unknown
   */
  async #checkOrganization({ organizationId }: DaytonaSandbox, replaces: string | undefined): Promise<void> {
    const { organization, log } = this.#options;
    let bound: string;
    try {
      bound = await organization.bind(organizationId);
    } catch (error) {
      if (replaces === undefined) {
        log.warn(`The organization ${organizationId} of the new sandbox could not be checked: ${explained(error)}`);
        return;
      }
      throw new SandboxError(
        "unavailable",
        `The sandbox ${replaces} of session ${this.#sessionId} was not found. It is not replaced, because the runner cannot check now whether its DAYTONA_API_KEY belongs to the organization of the other runners: ${explained(error)} Send the message again.`,
        error,
      );
    }
    if (replaces === undefined || bound === organizationId) return;
    throw new SandboxError(
      "unavailable",
      `The sandbox ${replaces} of session ${this.#sessionId} is not in the organization ${organizationId} of this runner's DAYTONA_API_KEY; those of the other runners are in ${bound}. It is not replaced, and none of its files are lost. Correct DAYTONA_API_KEY. ${organization.rebindRemedy}`,
    );
  }

  async #saveSandboxId(sandboxId: string): Promise<void> {
    const { sessions, log } = this.#options;
    const { signal } = this.#request;
    try {
      await sessions.setSandbox(this.#sessionId, sandboxId, signal);
    } catch (error) {
      signal.throwIfAborted();
      // The next execution finds it by its label.
      log.warn(`The sandbox ${sandboxId} could not be stored in session ${this.#sessionId}: ${explained(error)}`);
    }
  }
}
