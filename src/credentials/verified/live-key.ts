import type { Logger } from "../../log/index.ts";
import { type Backoff, backoffMs } from "../../shared/backoff.ts";
import { messageOf } from "../../shared/errors.ts";
import { degraded, failed, failedBy, type HealthProblem, remediesOf } from "../../shared/health.ts";
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
  /** The current time, in ms. */
  readonly now: () => number;
  /** How often a file is read. */
  readonly pollMs: number;
  /** Between attempts to verify a key whose issuer is unavailable. */
  readonly again: Backoff;
}

/** A new token that was rejected, or a file that could not be read. */
interface Rejected {
  /** The token; absent when the file could not be read. */
  readonly text: string | undefined;
  readonly error: unknown;
  readonly attempts: number;
  /** When to try the same token again, in ms; infinite when that cannot help. */
  readonly retryAt: number;
}

/** The API key in use. It follows its file, and is verified later when its issuer was unavailable. */
export class LiveKey implements Credentials {
  readonly #options: LiveKeyOptions;
  readonly #stop = new AbortController();
  #token: CheckedToken;
  /** Why the token in use turned out to be invalid. */
  #invalid: Error | undefined;
  #rejected: Rejected | undefined;

  constructor(token: CheckedToken, options: LiveKeyOptions) {
    this.#options = options;
    this.#token = token;
    this.#take(token);
    if (options.source.file !== undefined) void this.#follow();
  }

  apiKey(): string {
    return this.#token.text;
  }

  /** Whose key it is; the same text after a renewal. */
  owner(): string {
    return this.#token.owner;
  }

  /** What is wrong with the key in use, or with its replacement. */
  problem(): HealthProblem | undefined {
    const { source, now } = this.#options;
    const { expiresAt, unverified } = this.#token;
    const problems = [
      this.#invalid === undefined ? undefined : failedBy(this.#invalid),
      expiryProblem(expiresAt, now(), source.renewal),
      this.#invalid === undefined && unverified !== undefined
        ? degraded(`only its claims are checked so far, it ${unverified.problem}`, unverified.remedies)
        : undefined,
      this.#rejected === undefined
        ? undefined
        : degraded(`no new one is accepted: ${messageOf(this.#rejected.error)}`, remediesOf(this.#rejected.error)),
    ].filter((problem) => problem !== undefined);
    if (problems.length === 0) return undefined;
    const reason = problems.map((problem) => problem.reason).join("; ");
    const remedies = [...new Set(problems.flatMap((problem) => problem.remedies ?? []))];
    return problems.some(({ status }) => status === "failed") ? failed(reason, remedies) : degraded(reason, remedies);
  }

  close(): void {
    this.#stop.abort();
  }

  #take(token: CheckedToken): void {
    const { source, log } = this.#options;
    this.#token = token;
    this.#invalid = undefined;
    this.#rejected = undefined;
    if (token.note !== undefined) log.warn(`${source.input} ${token.note}`);
    if (token.unverified === undefined) return;
    log.warn(
      `${source.input} ${token.unverified.problem}. Its claims are valid, so it is used; its signature is checked later`,
    );
    void this.#verifyLater(token);
  }

  async #follow(): Promise<void> {
    for (;;) {
      await sleep(this.#options.pollMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await this.#readFile();
    }
  }

  /** Reads the file, and uses a new token in it when that is valid. */
  async #readFile(): Promise<void> {
    const { source, verifier, masked, log, now } = this.#options;
    let text: string | undefined;
    try {
      text = await source.read();
      masked.add(text);
      masked.add(this.#token.text);
      if (text === this.#token.text) {
        if (this.#rejected !== undefined) log.info(`${source.input} is the one in use again`);
        this.#rejected = undefined;
        return;
      }
      if (this.#rejected?.text === text && now() < this.#rejected.retryAt) return;
      const token = await verifier.verify(text);
      if (this.#stop.signal.aborted) return;
      log.info(`A new API key is used, from ${source.file}: ${describeToken(token)}`);
      this.#take(token);
    } catch (error) {
      this.#reject(text, error);
    }
  }

  #reject(text: string | undefined, thrown: unknown): void {
    const { log, now, again } = this.#options;
    const error = this.#withSource(thrown);
    const before = this.#rejected;
    const same =
      before !== undefined &&
      before.text === text &&
      (text !== undefined || messageOf(before.error) === messageOf(error));
    const attempts = same ? before.attempts + 1 : 1;
    const retryAt = mayPass(error) ? now() + backoffMs(attempts, again) : Number.POSITIVE_INFINITY;
    this.#rejected = { text, error, attempts, retryAt };
    // Once for each content: a lasting problem is shown by the health check.
    if (!same) log.error(`The new API key is not accepted, the one in use stays: ${messageOf(error)}`);
  }

  /** Retries until the signature could be checked, or the token is no longer in use. */
  async #verifyLater(token: CheckedToken): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await sleep(backoffMs(attempt, this.#options.again), this.#stop.signal);
      if (this.#isOver(token) || !(await this.#isStillUnverified(token))) return;
    }
  }

  /** Verifies the token in use. @returns whether it may help to try again */
  async #isStillUnverified(token: CheckedToken): Promise<boolean> {
    const { verifier, log } = this.#options;
    try {
      const checked = await verifier.verify(token.text);
      if (this.#isOver(token)) return false;
      if (checked.unverified !== undefined) return true;
      log.info(`✅ API key verified: ${describeToken(checked)}`);
      this.#token = checked;
      this.#invalid = undefined;
      return false;
    } catch (error) {
      // The health check reports an expired token anyway.
      if (this.#isOver(token) || (error instanceof CredentialsError && error.code === "expired")) return false;
      const invalid = this.#withSource(error);
      if (this.#invalid === undefined || messageOf(invalid) !== messageOf(this.#invalid))
        log.error(`The API key in use is not valid: ${messageOf(invalid)}`);
      this.#invalid = invalid;
      return mayPass(error);
    }
  }

  #isOver(token: CheckedToken): boolean {
    return this.#stop.signal.aborted || this.#token !== token;
  }

  /** The same error with a message that names where the key came from. */
  #withSource(error: unknown): Error {
    if (error instanceof CredentialsError) return error.about(this.#options.source.input);
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

/** Whether the same key may become valid later. */
function mayPass(error: unknown): boolean {
  return error instanceof CredentialsError && error.mayPass;
}
