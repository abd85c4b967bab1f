import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { type Logger, withoutLogFields } from "../../log/index.ts";
import { plural } from "../../shared/text.ts";
import { humanDuration } from "../../shared/time.ts";
import { ExportTimeout, exportProblem } from "./export-problem.ts";

export interface WatchedExporterOptions {
  /** Where spans are sent to, for the log. */
  readonly place: string;
  /** After how long a batch is given up, in ms. */
  readonly limitMs: number;
  readonly log: Logger;
}

/** Says once that spans cannot be sent, and once that they can again. A batch that takes too long is given up. */
export class WatchedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #options: WatchedExporterOptions;
  #lost = 0;
  #isFailing = false;

  constructor(exporter: SpanExporter, options: WatchedExporterOptions) {
    this.#exporter = exporter;
    this.#options = options;
  }

  export(spans: ReadableSpan[], report: (result: ExportResult) => void): void {
    // The execution that happens to run is not what a failure is about.
    withoutLogFields(() => this.#export(spans, report));
  }

  #export(spans: ReadableSpan[], report: (result: ExportResult) => void): void {
    const { limitMs } = this.#options;
    let isSettled = false;
    const settle = (result: ExportResult) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      if (result.code === ExportResultCode.SUCCESS) this.#sent();
      else this.#failed(spans.length, result.error);
      // The caller would log each failure. It does not repeat anything.
      report({ code: ExportResultCode.SUCCESS });
    };
    const late = () => settle(failed(new ExportTimeout(`no answer within ${humanDuration(limitMs)}`)));
    const timer = setTimeout(late, limitMs);
    try {
      this.#exporter.export(spans, settle);
    } catch (error) {
      settle(failed(error));
    }
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  #sent(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.log.info(
      `Traces are sent again to ${this.#options.place}; at least ${plural(this.#lost, "span")} lost meanwhile`,
    );
    this.#lost = 0;
  }

  #failed(count: number, error: unknown): void {
    this.#lost += count;
    const { cause, remedy } = exportProblem(error);
    const { log, place } = this.#options;
    if (this.#isFailing) {
      log.debug(`Traces still cannot be sent: ${cause}; ${plural(this.#lost, "span")} lost`);
      return;
    }
    this.#isFailing = true;
    log.warn(
      `Traces cannot be sent to ${place}: ${cause}. ${remedy} Executions go on; their spans are lost until it works again, which is logged.`,
    );
  }
}

function failed(error: unknown): ExportResult {
  return { code: ExportResultCode.FAILED, error: error instanceof Error ? error : new Error(String(error)) };
}
