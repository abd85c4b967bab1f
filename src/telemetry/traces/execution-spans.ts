import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { ATTR_ERROR_TYPE } from "@opentelemetry/semantic-conventions";
import { wellFormed } from "../../shared/text.ts";

/** Spans of one execution. Stages are recorded also beyond it. */
export const MAX_SPANS = 10_000;
/** Longest name that is part of a span's name. */
const MAX_NAME_LENGTH = 200;

/** A span that has not ended. */
export interface OpenSpan {
  readonly span: Span;
  /** Spans in it begin with this context. */
  readonly context: Context;
  readonly startedAt: Date;
}

export interface SpanOptions {
  readonly at: Date;
  readonly attributes?: Attributes | undefined;
  /** Whether another program is asked. */
  readonly isCall?: boolean;
  /** Whether it is recorded beyond the limit, too. */
  readonly isEssential?: boolean;
}

/** Why the work of a span failed. */
export interface SpanFailure {
  /** One of few words. */
  readonly type: string;
  readonly message?: string | undefined;
}

/** Begins and ends the spans of one execution, within limits. */
export class ExecutionSpans {
  /** Longest text in a span, in characters. */
  readonly maxLength: number;
  readonly #tracer: Tracer;
  readonly #open = new Set<OpenSpan>();
  #count = 0;
  #dropped = 0;

  constructor(tracer: Tracer, maxLength: number) {
    this.#tracer = tracer;
    this.maxLength = maxLength;
  }

  /** Spans that were not recorded. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param parent the span that it is part of, or the context of one of another program */
  begin(name: string, parent: Context, options: SpanOptions): OpenSpan {
    const { at, attributes = {}, isCall = false, isEssential = false } = options;
    // What is below a dropped span would become part of its parent.
    if (!isEssential && this.#count >= MAX_SPANS) {
      this.#dropped++;
      const { traceId = "", spanId = "", traceFlags = 0 } = trace.getSpanContext(parent) ?? {};
      return { span: trace.wrapSpanContext({ traceId, spanId, traceFlags }), context: parent, startedAt: at };
    }
    this.#count++;
    const kind = isCall ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const span = this.#tracer.startSpan(name, { kind, startTime: at, attributes }, parent);
    const open = { span, context: trace.setSpan(parent, span), startedAt: at };
    this.#open.add(open);
    return open;
  }

  end(open: OpenSpan, at: Date, failure?: SpanFailure): void {
    // One that was dropped is not among them: its span is that of its parent.
    if (!this.#open.delete(open)) return;
    if (failure !== undefined) this.#fail(open, failure);
    // The clock of the machine may be set back meanwhile.
    open.span.end(at < open.startedAt ? open.startedAt : at);
  }

  /** A text in a span, cut to the limit. */
  text(text: string): string {
    return text.length > this.maxLength ? wellFormed(text.slice(0, this.maxLength)) : text;
  }

  #fail({ span }: OpenSpan, { type, message }: SpanFailure): void {
    span.setAttribute(ATTR_ERROR_TYPE, type);
    // Who cancels or stops something does not want to be told of an error.
    if (type === "cancelled" || type === "stopped") return;
    span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(message === undefined ? {} : { message: this.text(message) }),
    });
  }
}

/** `chat gpt-5`: an operation and what it is applied to. */
export function nameOf(operation: string, of: string): string {
  return of === "" ? operation : `${operation} ${wellFormed(of.slice(0, MAX_NAME_LENGTH))}`;
}
