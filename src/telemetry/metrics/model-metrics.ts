import type { ExecutionEvent } from "../../executions/index.ts";
import { BoundedLabel } from "./bounded-label.ts";
import { FIRST_TOKEN_SECONDS, MODEL_CALL_SECONDS } from "./buckets.ts";
import { countable } from "./countable.ts";
import { Counter, Histogram, type Registry } from "./prometheus.ts";
import { secondsBetween } from "./seconds-between.ts";

/** Models with series of their own. Agents name them, so there may be any number. */
const MAX_MODELS = 20;

interface OpenCall {
  readonly labels: { readonly provider: string; readonly model: string };
  readonly startedAt: Date;
}

/** The calls of one execution. */
export interface ModelCalls {
  event(event: ExecutionEvent): void;
}

/** Counts attempts to call models and what they used, those of sub-agents and for summaries included. */
export class ModelMetrics {
  readonly #calls: Counter<"provider" | "model" | "outcome">;
  readonly #errors: Counter<"provider" | "model" | "kind">;
  readonly #tokens: Counter<"provider" | "model" | "type">;
  readonly #duration: Histogram<"provider" | "model">;
  readonly #firstToken: Histogram<"provider" | "model">;
  readonly #models = new BoundedLabel(MAX_MODELS);

  constructor(registry: Registry) {
    const labelNames = ["provider", "model"] as const;
    this.#calls = new Counter({
      registers: [registry],
      name: "agent_runner_model_calls_total",
      help: "Attempts to call a model; a repetition counts again.",
      labelNames: [...labelNames, "outcome"],
    });
    this.#errors = new Counter({
      registers: [registry],
      name: "agent_runner_model_errors_total",
      help: "Attempts to call a model that gave no answer, by kind: key, quota, rate-limit, overloaded, unreachable, …",
      labelNames: [...labelNames, "kind"],
    });
    this.#tokens = new Counter({
      registers: [registry],
      name: "agent_runner_model_tokens_total",
      help: "Tokens that models read and wrote. cached_input is the part of input that the provider had in its cache.",
      labelNames: [...labelNames, "type"],
    });
    this.#duration = new Histogram({
      registers: [registry],
      name: "agent_runner_model_call_duration_seconds",
      help: "Duration of attempts that gave an answer.",
      labelNames,
      buckets: MODEL_CALL_SECONDS,
    });
    this.#firstToken = new Histogram({
      registers: [registry],
      name: "agent_runner_model_first_token_seconds",
      help: "Time from the start of an attempt until the first piece of its answer.",
      labelNames,
      buckets: FIRST_TOKEN_SECONDS,
    });
  }

  ofExecution(): ModelCalls {
    const open = new Map<string, OpenCall>();
    return {
      event: (event) => {
        switch (event.type) {
          case "model-call-started": {
            const labels = { provider: event.provider, model: this.#models.of(event.model) };
            open.set(event.modelCallId, { labels, startedAt: event.at });
            return;
          }
          case "model-call-answering": {
            const call = open.get(event.modelCallId);
            if (call !== undefined) this.#firstToken.observe(call.labels, secondsBetween(call.startedAt, event.at));
            return;
          }
          case "model-call-ended": {
            const call = open.get(event.modelCallId);
            if (call !== undefined && open.delete(event.modelCallId)) this.#ended(call, event);
            return;
          }
          default:
        }
      },
    };
  }

  #ended({ labels, startedAt }: OpenCall, { at, failure, usage }: ModelCallEnded): void {
    this.#calls.inc({ ...labels, outcome: outcomeOf(failure) });
    if (failure === undefined) this.#duration.observe(labels, secondsBetween(startedAt, at));
    else if (failure !== "cancelled") this.#errors.inc({ ...labels, kind: failure });
    if (usage === undefined) return;
    this.#tokens.inc({ ...labels, type: "input" }, countable(usage.inputTokens));
    this.#tokens.inc({ ...labels, type: "cached_input" }, countable(usage.cachedInputTokens));
    this.#tokens.inc({ ...labels, type: "output" }, countable(usage.outputTokens));
  }
}

type ModelCallEnded = Extract<ExecutionEvent, { type: "model-call-ended" }>;

function outcomeOf(failure: ModelCallEnded["failure"]): "answered" | "failed" | "cancelled" {
  if (failure === undefined) return "answered";
  return failure === "cancelled" ? "cancelled" : "failed";
}
