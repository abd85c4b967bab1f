import { NativeConnection } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import { withTimeout } from "../shared/time.ts";
import { connectionOptions } from "./connection-options.ts";
import { explain, portFailure } from "./explain.ts";

/** Time limit of connecting, including the first call. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects and checks that the namespace exists.
 * @throws TemporalError with the address and the cause, within {@link CONNECT_TIMEOUT_MS} plus the time of the diagnosis
 */
export async function connectTemporal(config: TemporalConfig): Promise<NativeConnection> {
  await using attempts = new ConnectionAttempts(config);
  return await attempts.next();
}

/**
 * Attempts to connect to a Temporal that may not be there yet. The SDK's core keeps some files open for each connection
 * that fails, or is closed as the last one. So a port that was closed is probed without it first, and a connection without
 * the namespace is used for the next attempt.
 */
export class ConnectionAttempts implements AsyncDisposable {
  readonly #config: TemporalConfig;
  #hasFailed = false;
  #open: NativeConnection | undefined;

  constructor(config: TemporalConfig) {
    this.#config = config;
  }

  /**
   * Connects and checks that the namespace exists. Called again only after it failed.
   * @throws TemporalError as {@link connectTemporal}
   */
  async next(): Promise<NativeConnection> {
    const deadline = Date.now() + CONNECT_TIMEOUT_MS;
    const { namespace } = this.#config;
    if (this.#open === undefined) this.#open = await this.#connect();
    const connection = this.#open;
    try {
      await connection.withDeadline(deadline, () => connection.workflowService.describeNamespace({ namespace }));
    } catch (error) {
      throw await explain(error, this.#config);
    }
    this.#open = undefined;
    return connection;
  }

  /** Closes what a failed attempt has left open. */
  async [Symbol.asyncDispose](): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.close().catch(() => undefined);
  }

  async #connect(): Promise<NativeConnection> {
    const failure = this.#hasFailed ? await portFailure(this.#config) : undefined;
    if (failure !== undefined) throw failure;
    const timedOut = () => new Error(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`);
    let connecting: Promise<NativeConnection> | undefined;
    try {
      connecting = connectionOptions(this.#config).then((options) => NativeConnection.connect(options));
      return await withTimeout(connecting, CONNECT_TIMEOUT_MS, timedOut);
    } catch (error) {
      this.#hasFailed = true;
      // A connection that is established after the time limit must not stay open.
      connecting?.then((late) => late.close()).catch(() => undefined);
      throw await explain(error, this.#config);
    }
  }
}
