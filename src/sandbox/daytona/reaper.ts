import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import type { DaytonaApi, RemoteSandbox } from "./daytona-api.ts";
import type { DaytonaSandboxes } from "./daytona-sandboxes.ts";
import { labelsOfGroup, sessionOf } from "./labels.ts";
import type { SessionSandboxes } from "./ports.ts";

const EVERY_MS = 600_000;
/** A sandbox that was used later than this is in use, maybe by another replica: those say so every few minutes. */
const IDLE_MS = 600_000;

export interface ReaperOptions {
  readonly api: DaytonaApi;
  readonly sandboxes: DaytonaSandboxes;
  readonly sessions: SessionSandboxes;
  readonly group: string;
  readonly log: Logger;
  /** The present, in ms. */
  readonly now?: () => number;
}

/**
 * Deletes sandboxes of this group that nobody will use again: those of executions without a session, and those that are not
 * their session's any more. A replica that was killed leaves such. At the start and every 10 min.
 */
export class Reaper {
  readonly #options: ReaperOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #ending = new AbortController();

  constructor(options: ReaperOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.reap(), EVERY_MS);
    void this.reap();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#ending.abort(new Error("the runner ends"));
  }

  /** One round. @returns how many were deleted; never throws */
  async reap(): Promise<number> {
    const { api, sandboxes, group, log } = this.#options;
    const { signal } = this.#ending;
    let deleted = 0;
    try {
      for (const remote of await api.list(labelsOfGroup(group), signal)) {
        if (sandboxes.isInUse(remote.id) || !this.#isIdle(remote) || !(await this.#isOrphan(remote))) continue;
        signal.throwIfAborted();
        const done = await sandboxes.cleanup(remote.id);
        log.info(`Orphaned sandbox ${remote.id} (${remote.name}): ${done}`);
        if (done === "deleted") deleted++;
      }
    } catch (error) {
      if (!signal.aborted) log.warn(`Looking for orphaned sandboxes failed: ${messageOf(error)}`);
    }
    return deleted;
  }

  #isIdle({ lastActivityAt, updatedAt, createdAt }: RemoteSandbox): boolean {
    const { now = Date.now } = this.#options;
    const last = Date.parse(lastActivityAt ?? updatedAt ?? createdAt ?? "");
    return Number.isFinite(last) && now() - last >= IDLE_MS;
  }

  async #isOrphan(remote: RemoteSandbox): Promise<boolean> {
    const sessionId = sessionOf(remote.labels);
    if (sessionId === undefined) return true;
    const { sessions, log } = this.#options;
    try {
      const session = await sessions.recall(sessionId, this.#ending.signal);
      // A session that knows of none finds this one by its label.
      return session === undefined || (session.sandboxId !== undefined && session.sandboxId !== remote.id);
    } catch (error) {
      if (!this.#ending.signal.aborted) log.debug(`Session ${sessionId} could not be read: ${messageOf(error)}`);
      return false;
    }
  }
}
