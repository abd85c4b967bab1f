import type { DescMethodServerStreaming, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { Client, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { StigmerConfig } from "../config/index.ts";
import { CHANNEL_OPTIONS, channelCredentials, FILE_CHANNEL_OPTIONS, readTlsParts } from "./channel.ts";
import { ConnectionDiagnosis, failureCode, failureRemedies } from "./diagnosis.ts";
import { methodDefinition } from "./service-definition.ts";
import { fromServiceError, StigmerError, type StigmerErrorCode } from "./stigmer-error.ts";
import { AgentExecutionQueryController } from "./wire.ts";

/** How long one call may take. */
const CALL_TIMEOUT_MS = 30_000;

/** A well-formed id that no execution has. */
const NO_EXECUTION = "aex-00000000000000000000000000";
/** Answers for that id from a backend that works. */
const HEALTHY_ANSWERS: ReadonlySet<StigmerErrorCode> = new Set(["not-found", "permission-denied", "invalid"]);

interface StigmerClientOptions extends StigmerConfig {
  /** The API key for the next call. Called each time, since keys are renewed while the process runs. */
  readonly apiKey: () => string;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Whether the answer contains a whole file, which may be larger than other messages. */
  readonly isFile?: boolean;
  /** Called when the server begins to answer. */
  readonly onHeaders?: () => void;
}

/** Calls to a Stigmer backend, typed by the generated schema. */
export class StigmerClient {
  readonly endpoint: string;
  readonly #client: Client;
  /** Opens the connection for files: the limit of a message belongs to a connection. */
  readonly #openFileClient: () => Client;
  #fileClient: Client | undefined;
  readonly #apiKey: () => string;
  readonly #diagnosis: ConnectionDiagnosis;

  constructor(options: StigmerClientOptions) {
    this.endpoint = options.endpoint;
    this.#apiKey = options.apiKey;
    const tls = readTlsParts(options);
    this.#diagnosis = new ConnectionDiagnosis(options.endpoint, tls);
    this.#client = new Client(options.endpoint, channelCredentials(options.endpoint, tls), CHANNEL_OPTIONS);
    this.#openFileClient = () =>
      new Client(options.endpoint, channelCredentials(options.endpoint, tls), FILE_CHANNEL_OPTIONS);
  }

  /**
   * Makes a unary call.
   * @throws StigmerError; the signal's reason, if it aborts
   */
  async call<M extends DescMethodUnary>(
    method: M,
    request: MessageInitShape<M["input"]>,
    options: CallOptions = {},
  ): Promise<MessageShape<M["output"]>> {
    const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
    const { promise, resolve, reject } = Promise.withResolvers<MessageShape<M["output"]>>();
    options.signal?.throwIfAborted();
    if (options.isFile === true) this.#fileClient ??= this.#openFileClient();
    const client = options.isFile === true ? this.#fileClient : this.#client;
    const call = (client ?? this.#client).makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(method.input, request),
      this.#metadata(),
      { deadline: Date.now() + (options.timeoutMs ?? CALL_TIMEOUT_MS) },
      (error, answer) => {
        if (error === null) resolve(answer as MessageShape<M["output"]>);
        else reject(error);
      },
    );
    const cancel = () => call.cancel();
    options.signal?.addEventListener("abort", cancel, { once: true });
    // A call that fails has none.
    if (options.onHeaders !== undefined) call.on("metadata", options.onHeaders);
    try {
      return await promise;
    } catch (error) {
      options.signal?.throwIfAborted();
      throw await this.#error(error as ServiceError, method);
    } finally {
      options.signal?.removeEventListener("abort", cancel);
    }
  }

  /**
   * Whether a resource exists. The call is cancelled as soon as the answer begins, since it may be large.
   * @throws StigmerError for any error other than `not-found`; the signal's reason, if it aborts
   */
  async isFound<M extends DescMethodUnary>(
    method: M,
    request: MessageInitShape<M["input"]>,
    options: CallOptions = {},
  ): Promise<boolean> {
    const { signal } = options;
    const found = new AbortController();
    const either = signal === undefined ? found.signal : AbortSignal.any([signal, found.signal]);
    try {
      await this.call(method, request, { ...options, signal: either, onHeaders: () => found.abort() });
      return true;
    } catch (error) {
      if (found.signal.aborted) return true;
      if (error instanceof StigmerError && error.code === "not-found") return false;
      throw error;
    }
  }

  /**
   * Makes a call with a stream of answers, which ends when the server ends it or the signal aborts.
   * @throws StigmerError
   */
  async *stream<M extends DescMethodServerStreaming>(
    method: M,
    request: MessageInitShape<M["input"]>,
    signal?: AbortSignal,
  ): AsyncGenerator<MessageShape<M["output"]>> {
    const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
    const message = create(method.input, request);
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      message,
      this.#metadata(),
    );
    const cancel = () => call.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted === true) cancel();
    try {
      for await (const answer of call) yield answer as MessageShape<M["output"]>;
    } catch (error) {
      if (signal?.aborted === true) return;
      throw await this.#error(error as ServiceError, method);
    } finally {
      signal?.removeEventListener("abort", cancel);
      call.cancel();
    }
  }

  /**
   * Makes a small call like those of executions: a reachable backend may still refuse the API key, or hang.
   * @returns why executions would fail, or `undefined`
   */
  async probe(timeoutMs: number): Promise<StigmerError | undefined> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const deadline = Date.now() + timeoutMs;
    this.#client.waitForReady(deadline, (error) => resolve(error === undefined));
    if (!(await promise)) {
      const failure = await this.#diagnosis.diagnose();
      const message = `not reachable at ${this.endpoint}`;
      if (failure === undefined)
        return new StigmerError("unavailable", `${message}: it does not answer as a gRPC server does`, undefined, [
          "Check STIGMER_BACKEND_ENDPOINT: another server may listen there.",
        ]);
      return new StigmerError(
        failureCode(failure),
        `${message}: ${failure.message}`,
        undefined,
        failureRemedies(failure),
      );
    }
    try {
      const options = { timeoutMs: Math.max(deadline - Date.now(), 1) };
      await this.call(AgentExecutionQueryController.method.get, { value: NO_EXECUTION }, options);
      return undefined;
    } catch (error) {
      return error instanceof StigmerError && !HEALTHY_ANSWERS.has(error.code) ? error : undefined;
    }
  }

  close(): void {
    this.#fileClient?.close();
    this.#client.close();
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${this.#apiKey()}`);
    return metadata;
  }

  async #error(error: ServiceError, method: DescMethodUnary | DescMethodServerStreaming): Promise<Error> {
    const call = `${method.parent.name}.${method.name}`;
    // With these codes, the server may not have answered at all.
    const isUnanswered = error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED;
    return fromServiceError(error, call, this.endpoint, isUnanswered ? await this.#diagnosis.diagnose() : undefined);
  }
}
