/** CPU time of other processes, from Linux' /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** Of /proc/<pid>/stat. */
const TICKS_PER_SECOND = 100;
/** JavaScriptCore's name of its compiler's threads. */
const COMPILER = "JITWorker";

/** CPU time, user and system, in ms. */
export interface CpuUse {
  readonly cpuMs: number;
  /** All but the compiler of JavaScript. */
  readonly restMs: number;
  readonly mainThreadMs: number;
}

/** CPU time that a process has used, threads that ended included, in ms. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000;
}

/** CPU time of the threads of a process that run now, in ms, by their id. */
function threadsOf(pid: number): Map<string, { readonly name: string; readonly cpuMs: number }> {
  const found = new Map<string, { name: string; cpuMs: number }>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const read = (file: string) => readFileSync(`/proc/${pid}/task/${id}/${file}`, "utf8");
    try {
      const [nanoseconds] = read("schedstat").split(" ");
      found.set(id, { name: read("comm").trim(), cpuMs: Number(nanoseconds) / 1e6 });
    } catch (error) {
      // A thread may have just ended; the main thread has not.
      if (id === String(pid)) throw error;
    }
  }
  return found;
}

/** Follows the CPU time of a process from now on. */
export class CpuClock {
  readonly #pid: number;
  #threads: ReturnType<typeof threadsOf>;
  #use = { cpuMs: 0, restMs: 0, mainThreadMs: 0 };

  constructor(pid: number) {
    this.#pid = pid;
    this.#threads = threadsOf(pid);
    if (!this.#threads.values().some(({ name }) => name === COMPILER))
      throw new Error(`Process ${pid} has no thread ${COMPILER}: the compiler's time cannot be told from the rest`);
  }

  /** Called often: what a thread used since the last look is lost when it ends. */
  look(): void {
    const before = this.#threads;
    this.#threads = threadsOf(this.#pid);
    for (const [id, { name, cpuMs }] of this.#threads) {
      const more = cpuMs - (before.get(id)?.cpuMs ?? 0);
      this.#use.cpuMs += more;
      if (name !== COMPILER) this.#use.restMs += more;
      if (id === String(this.#pid)) this.#use.mainThreadMs += more;
    }
  }

  /** @returns what was used since the last lap, or since the start, divided by a count */
  lap(count: number): CpuUse {
    this.look();
    const { cpuMs, restMs, mainThreadMs } = this.#use;
    this.#use = { cpuMs: 0, restMs: 0, mainThreadMs: 0 };
    return { cpuMs: cpuMs / count, restMs: restMs / count, mainThreadMs: mainThreadMs / count };
  }
}
