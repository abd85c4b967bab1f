import { type Logger, silentLogger } from "../log/index.ts";
import type { DatabaseHealth } from "../shared/database-health.ts";
import { explained } from "../shared/errors.ts";
import type { AgentExecution } from "../stigmer/index.ts";
import { isTerminal, RUNNING_PHASES } from "./execution-phase.ts";
import { kinds } from "./resource-kind.ts";
import type { ResourceStore } from "./resource-store.ts";

/** Maximum number of executions in memory; older ones are only in the file. */
const MAX_LIVE = 1_000;

export interface LiveExecution {
  readonly execution: AgentExecution;
  /** When it was first seen here, in ms since the epoch. */
  readonly since: number;
  readonly isSaved: boolean;
}

/**
 * The newest states of executions that have not ended, and of those that could not be saved. Clients get them even while
 * the file cannot be written or read.
 */
export class LiveExecutions {
  readonly #store: ResourceStore;
  readonly #health: DatabaseHealth | undefined;
  readonly #log: Logger;
  readonly #live = new Map<string, LiveExecution>();

  /** @param health records failures of the file */
  constructor(store: ResourceStore, log: Logger = silentLogger, health?: DatabaseHealth) {
    this.#store = store;
    this.#log = log;
    this.#health = health;
  }

  /** @throws DaemonError if there is none; the file's error */
  get(id: string): AgentExecution {
    return this.#live.get(id)?.execution ?? kinds.execution.get(this.#store, id);
  }

  /** Those that have not ended. */
  running(): LiveExecution[] {
    return [...this.#live.values()].filter(({ execution }) => !isTerminal(execution));
  }

  /** Takes those from the file that had not ended when the daemon ended, the newest first. */
  resume(): void {
    for (const phase of RUNNING_PHASES) {
      for (let number = 1, pages = 1; number <= pages && this.#live.size < MAX_LIVE; number++) {
        const { entries, totalPages } = kinds.execution.page(this.#store, { phase }, MAX_LIVE, String(number));
        for (const execution of entries) this.add(execution);
        pages = totalPages;
      }
    }
  }

  /** Takes one that is in the file already. */
  add(execution: AgentExecution): void {
    this.#set(execution, true);
  }

  /** Stores a new state in the file, or only in memory if that fails. */
  put(changed: AgentExecution): AgentExecution {
    const { execution, isSaved } = this.#save(changed);
    if (isSaved && isTerminal(execution)) this.forget(execution.metadata?.id ?? "");
    else this.#set(execution, isSaved);
    return execution;
  }

  forget(id: string): void {
    this.#live.delete(id);
  }

  /** Saves what could not be saved before. */
  flush(): void {
    for (const [id, { execution, isSaved }] of this.#live) {
      if (isSaved) continue;
      this.put(execution);
      if (this.#live.get(id)?.isSaved === false) return;
    }
  }

  #set(execution: AgentExecution, isSaved: boolean): void {
    const id = execution.metadata?.id ?? "";
    this.#live.set(id, { execution, since: this.#live.get(id)?.since ?? Date.now(), isSaved });
    if (this.#live.size > MAX_LIVE) this.forget(this.#live.keys().next().value ?? "");
  }

  #save(changed: AgentExecution): { readonly execution: AgentExecution; readonly isSaved: boolean } {
    try {
      return { execution: kinds.execution.save(this.#store, changed), isSaved: true };
    } catch (error) {
      const problem = this.#health?.failed(error);
      if (problem === undefined) throw error;
      const id = changed.metadata?.id;
      if (this.#live.get(id ?? "")?.isSaved !== false)
        this.#log.error(`The status of an execution is only in memory: ${explained(problem)}`, { executionId: id });
      return { execution: kinds.execution.normalized(changed), isSaved: false };
    }
  }
}
