import { CallReporter } from "../../src/agent/events/call-reporter.ts";

/** Reports calls to nobody. */
export const silentCalls = new CallReporter(
  () => undefined,
  () => undefined,
);
