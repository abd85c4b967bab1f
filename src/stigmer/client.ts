import { readFileSync } from "node:fs";
import type { DescMethodServerStreaming, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { methodDefinition } from "./service-definition.ts";
import { fromServiceError } from "./stigmer-error.ts";

/** What the server accepts in one message. */
export const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
/** How long one call may take. */
export const CALL_TIMEOUT_MS = 30_000;

export interface StigmerClientOptions {
  /** `host:port`. */
  readonly endpoint: string;
  readonly tls: boolean;
  /** PEM file of the CA that signed the server's certificate; absent: the system's. */
  readonly caFile?: string;
  /** The API key for the next call; asked for each time, since keys are renewed while the process runs. */
  readonly apiKey: () => string;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Calls to a Stigmer backend, typed by the generated schema. */
export class StigmerClient {
  readonly endpoint: string;
  readonly #client: Client;
  readonly #apiKey: () => string;

  constructor(options: StigmerClientOptions) {
    this.endpoint = options.endpoint;
    this.#apiKey = options.apiKey;
    // No keepalive options: the server answers pings closer than 5 min apart by GOAWAY.
    this.#client = new Client(options.endpoint, channelCredentials(options), {
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
      "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
      // After an outage the next attempt should not be minutes away.
      "grpc.max_reconnect_backoff_ms": 5_000,
    });
  }

  /**
   * One request, one answer.
   * @throws StigmerError; the signal's reason where it aborts
   */
  async call<M extends DescMethodUnary>(
    method: M,
    request: MessageInitShape<M["input"]>,
    options: CallOptions = {},
  ): Promise<MessageShape<M["output"]>> {
    const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
    const { promise, resolve, reject } = Promise.withResolvers<MessageShape<M["output"]>>();
    options.signal?.throwIfAborted();
    const call = this.#client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(method.input, request),
      this.#metadata(),
      { deadline: Date.now() + (options.timeoutMs ?? CALL_TIMEOUT_MS) },
      (error, answer) => {
        if (error === null) resolve(answer as MessageShape<M["output"]>);
        else reject(options.signal?.aborted === true ? options.signal.reason : this.#error(error, method));
      },
    );
    const cancel = () => call.cancel();
    options.signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await promise;
    } finally {
      options.signal?.removeEventListener("abort", cancel);
    }
  }

  /**
   * One request, a stream of answers; ends when the server ends it or the signal aborts.
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
      throw this.#error(error as ServiceError, method);
    } finally {
      signal?.removeEventListener("abort", cancel);
      call.cancel();
    }
  }

  /**
   * Waits for the channel to be connected.
   * @returns why it is not, or `undefined`
   */
  async probe(timeoutMs: number): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#client.waitForReady(Date.now() + timeoutMs, (error) =>
      resolve(error === undefined ? undefined : `not reachable at ${this.endpoint}`),
    );
    return await promise;
  }

  close(): void {
    this.#client.close();
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${this.#apiKey()}`);
    return metadata;
  }

  #error(error: ServiceError, method: DescMethodUnary | DescMethodServerStreaming): Error {
    return fromServiceError(error, `${method.parent.name}.${method.name}`, this.endpoint);
  }
}

function channelCredentials({ tls, caFile }: StigmerClientOptions): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  return caFile === undefined ? credentials.createSsl() : credentials.createSsl(readFileSync(caFile));
}
