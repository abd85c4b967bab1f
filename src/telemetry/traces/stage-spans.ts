import type { Attributes, Context } from "@opentelemetry/api";
import type { ExecutionStage } from "../../executions/index.ts";
import * as attribute from "./attributes.ts";
import type { ExecutionSpans, OpenSpan } from "./execution-spans.ts";

/** What the spans of stages are called. While the agent runs, there is one span, whether tools run or not. */
const STAGE_NAMES: Readonly<Record<ExecutionStage, string>> = {
  "waiting-for-admission": "wait for admission",
  "waiting-for-thread": "wait for thread",
  "waiting-for-slot": "wait for slot",
  resolving: "resolve agent",
  "waiting-for-sandbox": "acquire sandbox",
  model: "run agent",
  tool: "run agent",
  ending: "end execution",
};
/** From when the sandbox is there until the agent runs: skills are installed, the thread is opened. */
const PREPARING = "prepare agent";

/** The spans of stages, one after the other without a gap: together they cover the execution. */
export class StageSpans {
  readonly #spans: ExecutionSpans;
  readonly #execution: Context;
  #current: OpenSpan;

  constructor(spans: ExecutionSpans, execution: Context, at: Date) {
    this.#spans = spans;
    this.#execution = execution;
    this.#current = this.#begin(STAGE_NAMES["waiting-for-admission"], at, {
      [attribute.STAGE]: "waiting-for-admission",
    });
  }

  get current(): OpenSpan {
    return this.#current;
  }

  enter(stage: ExecutionStage, at: Date): void {
    this.end(at);
    this.#current = this.#begin(STAGE_NAMES[stage], at, { [attribute.STAGE]: stage });
  }

  /** The sandbox is there; what follows until the next stage is a span too. */
  sandboxAcquired(sandboxId: string, at: Date): void {
    this.#current.span.setAttribute(attribute.SANDBOX_ID, sandboxId);
    this.end(at);
    this.#current = this.#begin(PREPARING, at);
  }

  end(at: Date): void {
    this.#spans.end(this.#current, at);
  }

  #begin(name: string, at: Date, attributes?: Attributes): OpenSpan {
    return this.#spans.begin(name, this.#execution, { at, attributes, isEssential: true });
  }
}
