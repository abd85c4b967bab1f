import type { ExecutionEvent } from "../../executions/index.ts";
import { Counter, Gauge, type Registry } from "./prometheus.ts";

/** The sandbox of one execution. */
export interface SandboxUse {
  event(event: ExecutionEvent): void;
  end(): void;
}

type State = "none" | "acquiring" | "in-use";

/** Counts sandboxes by what executions do with them. */
export class SandboxMetrics {
  readonly #sandboxes = { acquiring: 0, "in-use": 0 };
  readonly #acquisitions: Counter<"result">;

  constructor(registry: Registry) {
    const sandboxes = this.#sandboxes;
    new Gauge({
      name: "agent_runner_sandboxes",
      help: "Sandboxes of executions that run here: acquiring (found, created or started) or in-use.",
      labelNames: ["state"],
      registers: [registry],
      collect() {
        for (const [state, count] of Object.entries(sandboxes)) this.set({ state }, count);
      },
    });
    this.#acquisitions = new Counter({
      registers: [registry],
      name: "agent_runner_sandbox_acquisitions_total",
      help: "Sandboxes that executions asked for. Failed ones include those of executions that were stopped meanwhile.",
      labelNames: ["result"],
    });
    for (const result of ["acquired", "failed"]) this.#acquisitions.inc({ result }, 0);
  }

  ofExecution(): SandboxUse {
    let state: State = "none";
    const become = (next: State) => {
      if (state !== "none") this.#sandboxes[state]--;
      if (next !== "none") this.#sandboxes[next]++;
      state = next;
    };
    const end = () => {
      if (state === "acquiring") this.#acquisitions.inc({ result: "failed" });
      become("none");
    };
    return {
      event: (event) => {
        if (event.type === "sandbox-acquired") {
          this.#acquisitions.inc({ result: "acquired" });
          become("in-use");
        } else if (event.type === "stage" && event.stage === "waiting-for-sandbox") become("acquiring");
        else if (event.type === "stage" && event.stage === "ending" && state === "acquiring") end();
      },
      end,
    };
  }
}
