import { retry } from "../shared/retry.ts";
import type { StigmerClient } from "./client.ts";
import { StigmerError } from "./stigmer-error.ts";
import { type Session, SessionCommandController, SessionQueryController } from "./wire.ts";

/** Attempts that bridge a restart of the backend. */
const RETRY = { retries: 5, initialMs: 250, maxMs: 4_000 };

/** Reads and writes the sandbox of a session in the Stigmer backend. */
export class StigmerSessions {
  readonly #client: StigmerClient;

  constructor(client: StigmerClient) {
    this.#client = client;
  }

  /** @returns `undefined` if there is no such session @throws StigmerError */
  async getSandbox(sessionId: string, signal?: AbortSignal): Promise<{ readonly sandboxId?: string } | undefined> {
    try {
      const sandboxId = (await this.#get(sessionId, signal)).spec?.sandboxId ?? "";
      return sandboxId === "" ? {} : { sandboxId };
    } catch (error) {
      if (error instanceof StigmerError && error.code === "not-found") return undefined;
      throw error;
    }
  }

  /** Reads the session, changes its sandbox and writes it back. @throws StigmerError */
  async setSandbox(sessionId: string, sandboxId: string, signal?: AbortSignal): Promise<void> {
    await this.#withRetry(signal, async () => {
      const session = await this.#read(sessionId, signal);
      if (session.spec === undefined) throw new StigmerError("invalid", `The session ${sessionId} has no spec.`);
      session.spec.sandboxId = sandboxId;
      await this.#client.call(SessionCommandController.method.update, session, signal === undefined ? {} : { signal });
    });
  }

  async #get(sessionId: string, signal?: AbortSignal): Promise<Session> {
    return await this.#withRetry(signal, () => this.#read(sessionId, signal));
  }

  async #read(sessionId: string, signal?: AbortSignal): Promise<Session> {
    const options = signal === undefined ? {} : { signal };
    return await this.#client.call(SessionQueryController.method.get, { value: sessionId }, options);
  }

  async #withRetry<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const isTransient = (error: unknown) => error instanceof StigmerError && error.isTransient;
    return await retry(work, { ...RETRY, isTransient, ...(signal === undefined ? {} : { signal }) });
  }
}
