/** A delivery of statuses to a sink that a test controls. */
import { create } from "@bufbuild/protobuf";
import { createLogger } from "../../src/log/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import { Delivery } from "../../src/status/delivery.ts";
import { PermanentSinkError, type StatusSink, type StatusUpdate } from "../../src/status/status-sink.ts";
import { type AgentExecutionStatus, AgentExecutionStatusSchema } from "../../src/stigmer/index.ts";
import { until } from "./eventually.ts";

/** A sink whose deliveries end as the test decides. */
export class FakeSink implements StatusSink {
  readonly name = "the fake sink";
  readonly sends: StatusSink["sends"];
  readonly updates: StatusUpdate[] = [];
  inProgress = 0;
  maxInProgress = 0;
  /** What happens to the next deliveries. */
  answer: () => Promise<void> = () => Promise.resolve();

  constructor(sends: StatusSink["sends"] = "changes") {
    this.sends = sends;
  }

  async deliver(update: StatusUpdate): Promise<void> {
    this.updates.push(update);
    this.maxInProgress = Math.max(this.maxInProgress, ++this.inProgress);
    try {
      await this.answer();
    } finally {
      this.inProgress--;
    }
  }

  /** What was delivered: the tests number statuses with their `error`. */
  get seen(): string[] {
    return this.updates.map(({ status: { error }, terminal }) => (terminal ? `${error}, last` : error));
  }

  async received(count: number): Promise<void> {
    await until(`${count} updates`, () => this.updates.length >= count);
  }
}

export const status = (number: number | string): AgentExecutionStatus =>
  create(AgentExecutionStatusSchema, { error: `${number}` });
export const numbered = (number: number | string) => ({ status: status(number), bytes: 10 });
export const urgent = { urgent: true, bytes: 10 };
export const normal = { urgent: false, bytes: 10 };
export const fails = () => Promise.reject(new Error("not reachable"));
export const refuses = () => Promise.reject(new PermanentSinkError("no such execution"));

export function delivery() {
  const sink = new FakeSink();
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "debug", format: "text", mask: new SecretMask(), write });
  return { sink, lines, delivery: new Delivery(sink, { executionId: "aex-1", log }) };
}

export const soon = () => Date.now() + 60_000;
