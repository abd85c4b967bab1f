import type { AgentEvent } from "../agent/index.ts";
import type { ExecutionOutcome, StatusDelivery } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { NO_USAGE, type TotalUsage } from "../shared/token-usage.ts";
import type { AgentExecutionStatus } from "../stigmer/index.ts";
import { Delivery } from "./delivery.ts";
import { bytesAdded } from "./event-bytes.ts";
import { finish } from "./finish.ts";
import { type Fitted, StatusFitter } from "./fit-status.ts";
import type { LiveStatuses } from "./live-statuses.ts";
import { maskEvent } from "./mask-event.ts";
import { reduce, withNotice } from "./reducer.ts";
import { type PermanentSinkError, type StatusSink, UnknownExecutionError } from "./status-sink.ts";
import { initialState, type StatusState, type Streaming } from "./status-state.ts";
import { StatusView } from "./status-view.ts";
import { withTotalUsage } from "./usage-metadata.ts";

export interface ReporterOptions {
  readonly executionId: string;
  /** The user's text. */
  readonly message: string;
  readonly streaming: Streaming;
  readonly sinks: readonly StatusSink[];
  /** The secrets of the process and of the execution. */
  readonly mask: SecretMask;
  readonly log: Logger;
  /** Told what happens to each update; must not throw. */
  readonly onDelivery?: ((delivery: StatusDelivery) => void) | undefined;
  /** Called if a sink no longer knows the execution while it runs. */
  readonly onUnknown?: (error: UnknownExecutionError) => void;
  /** Where the status can be read at any time. */
  readonly live?: LiveStatuses | undefined;
}

/** Keeps the status of one execution and reports it to the sinks. */
export class Reporter {
  readonly #mask: SecretMask;
  readonly #view: StatusView;
  readonly #fitter = new StatusFitter();
  readonly #deliveries: readonly Delivery[];
  readonly #executionId: string;
  readonly #live: LiveStatuses | undefined;
  /** The same function each time: it tells this reporter from another one for the same execution. */
  readonly #read = (): Fitted => this.#shown();
  #state: StatusState;
  #started = false;
  /** Why a sink refused the first status for good. */
  #refusal: PermanentSinkError | undefined;

  constructor(options: ReporterOptions) {
    this.#mask = options.mask;
    this.#view = new StatusView(options.mask);
    const refused = (error: PermanentSinkError) => {
      if (!this.#started) this.#refusal ??= error;
      else if (error instanceof UnknownExecutionError) options.onUnknown?.(error);
    };
    const { executionId, log, onDelivery } = options;
    this.#deliveries = options.sinks.map((sink) => new Delivery(sink, { executionId, log, refused, onDelivery }));
    this.#state = initialState(options.message, options.streaming, new Date());
    this.#executionId = executionId;
    this.#live = options.live;
    this.#live?.begin(executionId, this.#read);
  }

  /**
   * Reports that the execution is in progress; returns after the first attempt with every sink.
   * @throws PermanentSinkError if a sink refuses it for good: nobody would see what the execution does
   */
  async start(): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.start(() => this.#shown())));
    this.#started = true;
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** Adds a message of the runner to the status. It is sent with the next event. */
  notice(text: string): void {
    this.#state = withNotice(this.#state, this.#mask.mask(text), new Date());
  }

  /** Adds an event to the status, and sends the status soon. @returns the event with its secrets masked, see maskEvent */
  report(event: AgentEvent): AgentEvent {
    const before = this.#state;
    const masked = maskEvent(event, this.#mask);
    this.#state = reduce(before, masked);
    if (this.#state.status !== before.status) this.#offer(event);
    return masked;
  }

  #offer(event: AgentEvent): void {
    const news = { urgent: event.type === "tool-started" || event.type === "tool-ended", bytes: bytesAdded(event) };
    for (const delivery of this.#deliveries) delivery.offer(() => this.#shown(), news);
  }

  /**
   * Delivers the last status to every sink, and nothing after it.
   * @param deadline until when a failed delivery is retried, in ms since the epoch
   * @param usage what the execution used of its models
   * @returns the last status as it was sent
   */
  async finish(
    outcome: ExecutionOutcome,
    deadline: number,
    usage: TotalUsage = NO_USAGE,
  ): Promise<AgentExecutionStatus> {
    this.#state = withTotalUsage(finish(this.#state, outcome, new Date()), usage);
    const last = this.#shown();
    this.#live?.end(this.#executionId, this.#read, last);
    await Promise.all(this.#deliveries.map((delivery) => delivery.finish(last, deadline)));
    return last.status;
  }

  #shown(): Fitted {
    return this.#fitter.fit(this.#view.of(this.#state));
  }
}
