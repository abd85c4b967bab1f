import type {
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Logger } from "../log/index.ts";
import { messageOf, stackOf } from "../shared/errors.ts";
import { untilAborted } from "../shared/time.ts";
import { DaemonError } from "./daemon-error.ts";

/** A service and the functions that implement its methods. */
export interface ServedService {
  readonly service: DescService;
  readonly methods: UntypedServiceImplementation;
}

/** Describes a problem of the daemon's file; undefined if the error is about something else. */
export type StorageProblem = (error: unknown) => string | undefined;

/** Creates grpc-js handlers from functions that map a request to a response. */
export class MethodHandlers {
  readonly #log: Logger;
  readonly #storageProblem: StorageProblem;

  constructor(log: Logger, storageProblem: StorageProblem = () => undefined) {
    this.#log = log;
    this.#storageProblem = storageProblem;
  }

  unary<M extends DescMethodUnary>(
    method: M,
    answer: (
      request: MessageShape<M["input"]>,
    ) => MessageInitShape<M["output"]> | Promise<MessageInitShape<M["output"]>>,
  ): UntypedServiceImplementation {
    const handler: handleUnaryCall<MessageShape<M["input"]>, unknown> = (call, callback) => {
      void (async () => create(method.output, await answer(call.request)))().then(
        (message) => callback(null, message),
        (error: unknown) => callback(this.#refusal(error, method)),
      );
    };
    return { [method.name]: handler };
  }

  serverStream<M extends DescMethodServerStreaming>(
    method: M,
    answers: (request: MessageShape<M["input"]>, signal: AbortSignal) => AsyncIterable<MessageShape<M["output"]>>,
  ): UntypedServiceImplementation {
    const handler: handleServerStreamingCall<MessageShape<M["input"]>, unknown> = (call) => {
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort());
      void (async () => {
        for await (const message of answers(call.request, gone.signal)) {
          // The next one is asked for when this one is on its way: a slow reader makes nothing pile up here.
          const { promise, resolve } = Promise.withResolvers<void>();
          call.write(message, () => resolve());
          await untilAborted(promise, gone.signal).catch(() => undefined);
        }
      })().then(
        () => call.end(),
        (error: unknown) => call.emit("error", this.#refusal(error, method)),
      );
    };
    return { [method.name]: handler };
  }

  #refusal(error: unknown, method: DescMethodUnary | DescMethodServerStreaming): { code: status; details: string } {
    if (error instanceof DaemonError) return { code: error.status, details: error.message };
    const problem = this.#storageProblem(error);
    if (problem !== undefined) {
      this.#log.error(`${method.parent.name}.${method.name} failed: ${problem}`);
      return { code: status.INTERNAL, details: problem };
    }
    this.#log.error(`${method.parent.name}.${method.name} failed: ${stackOf(error)}`);
    return { code: status.INTERNAL, details: messageOf(error) };
  }
}
