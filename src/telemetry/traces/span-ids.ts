import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";

/** Random ids. That of a trace is known before its first span begins: the log has it too. */
export class SpanIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: string | undefined;

  /** The next trace that begins has this id; without one, a random id. */
  use(traceId: string | undefined): void {
    this.#next = traceId;
  }

  newTraceId(): string {
    return this.#random.generateTraceId();
  }

  generateTraceId(): string {
    const id = this.#next ?? this.#random.generateTraceId();
    this.#next = undefined;
    return id;
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }
}
