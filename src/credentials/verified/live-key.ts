import type { Logger } from "../../log/index.ts";
import { type Backoff, backoffMs } from "../../shared/backoff.ts";
import { messageOf } from "../../shared/errors.ts";
import { degraded, failed, type HealthProblem } from "../../shared/health.ts";
import { sleep } from "../../shared/time.ts";
import type { Credentials } from "../credentials.ts";
import { CredentialsError } from "./credentials-error.ts";
import { expiryProblem } from "./expiry.ts";
import type { KeySource } from "./key-source.ts";
import type { MaskedTokens } from "./masked-tokens.ts";
import { type CheckedToken, describeToken, type TokenVerifier } from "./token-verifier.ts";

export interface LiveKeyOptions {
  readonly source: KeySource;
  readonly verifier: TokenVerifier;
  readonly masked: MaskedTokens;
  readonly log: Logger;
  /** The time, in ms. */
  readonly now: () => number;
  /** How often a file is read. */
  readonly pollMs: number;
  /** The waits before what may pass is tried again. */
  readonly again: Backoff;
}

/** A new token that is not taken, or why there is none to be had. */
interface Trouble {
  /** The token; absent where the file could not be read. */
  readonly text: string | undefined;
  readonly message: string;
  readonly attempts: number;
  /** When to try the same token again, in ms; never, where that cannot help. */
  readonly againAt: number;
}

/** The API key in use: follows its file, and is verified later where it could not be at once. */
export class LiveKey implements Credentials {
  readonly #options: LiveKeyOptions;
  readonly #stop = new AbortController();
  #token: CheckedToken;
  /** Why the token in use is bad after all. */
  #bad: string | undefined;
  #trouble: Trouble | undefined;

  constructor(token: CheckedToken, options: LiveKeyOptions) {
    this.#options = options;
    this.#token = token;
    this.#take(token);
    if (options.source.file !== undefined) void this.#follow();
  }

  apiKey(): string {
    return this.#token.text;
  }

  /** Whose key it is, in words that stay the same when it is renewed. */
  owner(): string {
    return this.#token.owner;
  }

  /** What is wrong with the key: it keeps the runner from working, or somebody has to see to it. */
  finding(): HealthProblem | undefined {
    const { source, now } = this.#options;
    const { expiresAt, unverified } = this.#token;
    const findings = [
      failed(this.#bad),
      expiryProblem(expiresAt, now(), source.renewal),
      this.#bad === undefined && unverified !== undefined
        ? degraded(`only its claims are checked so far, it ${unverified}`)
        : undefined,
      this.#trouble === undefined ? undefined : degraded(`no new one is taken: ${this.#trouble.message}`),
    ].filter((finding) => finding !== undefined);
    if (findings.length === 0) return undefined;
    const reason = findings.map((finding) => finding.reason).join("; ");
    return findings.some(({ status }) => status === "failed") ? failed(reason) : degraded(reason);
  }

  close(): void {
    this.#stop.abort();
  }

  #take(token: CheckedToken): void {
    const { source, log } = this.#options;
    this.#token = token;
    this.#bad = undefined;
    this.#trouble = undefined;
    if (token.note !== undefined) log.warn(`${source.input} ${token.note}`);
    if (token.unverified === undefined) return;
    log.warn(
      `${source.input} ${token.unverified}. Its claims are good, and it is used; its signature is checked later`,
    );
    void this.#verifyLater(token);
  }

  async #follow(): Promise<void> {
    for (;;) {
      await sleep(this.#options.pollMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await this.#look();
    }
  }

  /** Reads the file, and takes what is new in it and good. */
  async #look(): Promise<void> {
    const { source, verifier, masked, log, now } = this.#options;
    let text: string | undefined;
    try {
      text = await source.read();
      masked.add(text);
      masked.add(this.#token.text);
      if (text === this.#token.text) {
        if (this.#trouble !== undefined) log.info(`${source.input} is the one in use again`);
        this.#trouble = undefined;
        return;
      }
      if (this.#trouble?.text === text && now() < this.#trouble.againAt) return;
      const token = await verifier.verify(text);
      if (this.#stop.signal.aborted) return;
      log.info(`A new API key is taken from ${source.file}: ${describeToken(token)}`);
      this.#take(token);
    } catch (error) {
      this.#refuse(text, error);
    }
  }

  #refuse(text: string | undefined, error: unknown): void {
    const { log, now, again } = this.#options;
    const message = this.#explain(error);
    const before = this.#trouble;
    const same = before !== undefined && before.text === text && (text !== undefined || before.message === message);
    const attempts = same ? before.attempts + 1 : 1;
    const againAt = mayPass(error) ? now() + backoffMs(attempts, again) : Number.POSITIVE_INFINITY;
    this.#trouble = { text, message, attempts, againAt };
    // Once for each content: what stays wrong is in the health.
    if (!same) log.error(`No new API key is taken, the one in use stays: ${message}`);
  }

  /** Tries until the signature could be checked, or the token is no longer in use. */
  async #verifyLater(token: CheckedToken): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await sleep(backoffMs(attempt, this.#options.again), this.#stop.signal);
      if (this.#isOver(token) || !(await this.#isStillOpen(token))) return;
    }
  }

  /** Verifies the token in use. @returns whether it may help to do so again */
  async #isStillOpen(token: CheckedToken): Promise<boolean> {
    const { verifier, log } = this.#options;
    try {
      const checked = await verifier.verify(token.text);
      if (this.#isOver(token)) return false;
      if (checked.unverified !== undefined) return true;
      log.info(`✅ API key verified at last: ${describeToken(checked)}`);
      this.#token = checked;
      this.#bad = undefined;
      return false;
    } catch (error) {
      // That its time is over is said in any case.
      if (this.#isOver(token) || (error instanceof CredentialsError && error.code === "expired")) return false;
      const message = this.#explain(error);
      if (message !== this.#bad) log.error(`The API key in use is not good: ${message}`);
      this.#bad = message;
      return mayPass(error);
    }
  }

  #isOver(token: CheckedToken): boolean {
    return this.#stop.signal.aborted || this.#token !== token;
  }

  #explain(error: unknown): string {
    return messageOf(error instanceof CredentialsError ? error.about(this.#options.source.input) : error);
  }
}

/** Whether the same key may be good later. */
function mayPass(error: unknown): boolean {
  return error instanceof CredentialsError && error.mayPass;
}
