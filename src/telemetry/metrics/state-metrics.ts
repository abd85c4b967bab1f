import type { ActiveExecution, ExecutionStage } from "../../executions/index.ts";
import { BoundedLabel } from "./bounded-label.ts";
import { Gauge, type Registry } from "./prometheus.ts";

/** All of them, so that each stage has a series from the start. */
const STAGES: Readonly<Record<ExecutionStage, true>> = {
  "waiting-for-admission": true,
  "waiting-for-thread": true,
  "waiting-for-slot": true,
  resolving: true,
  "waiting-for-sandbox": true,
  model: true,
  tool: true,
  ending: true,
};
const STATES = ["starting", "running", "draining", "stopping", "stopped"];
const CHECK_STATUSES = ["ok", "degraded", "failed"];
/** Checks with series of their own. Their names are constants of the program. */
const MAX_CHECKS = 50;

/** What the runner knows of itself. It is asked when metrics are read. */
export interface RunnerState {
  readonly build: { readonly version: string; readonly commit: string; readonly bun: string; readonly mode: string };
  /** Executions that may run at once. */
  readonly slots: number;
  executions(): readonly Pick<ActiveExecution, "stage">[];
  lifecycle(): { readonly state: string; readonly deadline: Date | undefined };
  isReady(): boolean;
  checks(): readonly { readonly name: string; readonly status: string }[];
  /** How late timers were in the last minute. */
  eventLoopDelay(): { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
}

/** Gauges of what the runner is and does now. */
export function stateMetrics(registry: Registry, runner: RunnerState): void {
  const registers = [registry];
  new Gauge({
    name: "agent_runner_build_info",
    help: "Always 1; its labels say what runs.",
    labelNames: ["version", "commit", "bun", "mode"],
    registers,
  }).set({ ...runner.build }, 1);
  new Gauge({
    name: "agent_runner_execution_slots",
    help: "Executions that may run here at once (TEMPORAL_MAX_CONCURRENCY).",
    registers,
  }).set(runner.slots);
  new Gauge({
    name: "agent_runner_executions",
    help: "Executions that run or wait here now, by stage.",
    labelNames: ["stage"],
    registers,
    collect() {
      for (const stage of Object.keys(STAGES)) this.set({ stage }, 0);
      for (const { stage } of runner.executions()) this.inc({ stage });
    },
  });
  new Gauge({
    name: "agent_runner_state",
    help: "1 for the state in which the runner is, 0 for the others.",
    labelNames: ["state"],
    registers,
    collect() {
      const now = runner.lifecycle().state;
      for (const state of STATES) this.set({ state }, state === now ? 1 : 0);
    },
  });
  new Gauge({
    name: "agent_runner_drain_deadline_timestamp_seconds",
    help: "When executions that still run are stopped, as Unix time; 0 while the runner does not drain.",
    registers,
    collect() {
      this.set((runner.lifecycle().deadline?.getTime() ?? 0) / 1_000);
    },
  });
  new Gauge({
    name: "agent_runner_ready",
    help: "Whether /readyz says that the runner takes work.",
    registers,
    collect() {
      this.set(runner.isReady() ? 1 : 0);
    },
  });
  const names = new BoundedLabel(MAX_CHECKS);
  new Gauge({
    name: "agent_runner_check_status",
    help: "1 for the status of each health check, 0 for its others.",
    labelNames: ["check", "status"],
    registers,
    collect() {
      // A check may be listed only while it finds a problem.
      this.reset();
      for (const { name, status } of runner.checks())
        for (const each of CHECK_STATUSES) this.set({ check: names.of(name), status: each }, each === status ? 1 : 0);
    },
  });
  new Gauge({
    name: "agent_runner_event_loop_delay_seconds",
    help: "How late timers were in the last minute: median (p50), 99th percentile, maximum.",
    labelNames: ["statistic"],
    registers,
    collect() {
      const { p50Ms, p99Ms, maxMs } = runner.eventLoopDelay();
      for (const [statistic, ms] of Object.entries({ p50: p50Ms, p99: p99Ms, max: maxMs }))
        this.set({ statistic }, ms / 1_000);
    },
  });
}
