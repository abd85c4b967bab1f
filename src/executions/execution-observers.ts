import type { Logger } from "../log/index.ts";
import { stackOf } from "../shared/errors.ts";
import type { ExecutionInfo, ExecutionObservation, ExecutionObserver } from "./execution-observer.ts";

/** Forwards every event to all observers. One that fails harms neither the execution nor the others, and is logged once. */
export class ExecutionObservers {
  readonly #observers: readonly ExecutionObserver[];
  readonly #log: Logger;
  readonly #failed = new Set<string>();

  constructor(observers: readonly ExecutionObserver[], log: Logger) {
    this.#observers = observers;
    this.#log = log;
  }

  /** @param registered what the registry returned for the execution; it is told before the others */
  begin(execution: ExecutionInfo, registered: ExecutionObservation): ExecutionObservation {
    const observations = [{ name: "registry", observation: registered }];
    for (const observer of this.#observers) {
      this.#attempt(observer.name, () => {
        observations.push({ name: observer.name, observation: observer.begin(execution) });
      });
    }
    const tellAll = (tell: (observation: ExecutionObservation) => unknown) => {
      for (const { name, observation } of observations) this.#attempt(name, () => tell(observation));
    };
    return {
      event: (event) => tellAll((observation) => observation.event(event)),
      end: (outcome) => tellAll((observation) => observation.end(outcome)),
    };
  }

  #attempt(name: string, work: () => unknown): void {
    try {
      const result = work();
      // An async function passes for one that returns nothing; its rejection would end the process.
      if (result instanceof Promise) result.catch((error: unknown) => this.#logOnce(name, error));
    } catch (error) {
      this.#logOnce(name, error);
    }
  }

  #logOnce(name: string, error: unknown): void {
    if (this.#failed.has(name)) return;
    this.#failed.add(name);
    this.#log.error(`The execution observer ${name} failed; its further failures are not logged: ${stackOf(error)}`);
  }
}
