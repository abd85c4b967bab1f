import type { ExecutionEvent, ExecutionObservation, ExecutionObserver } from "../../executions/index.ts";

/** Minutes that are remembered. */
export const MINUTES = 60;
const MINUTE_MS = 60_000;

/** What happened within one minute. */
export interface MinuteCounts {
  completed: number;
  failed: number;
  cancelled: number;
  /** Calls of models that were answered, and how long they took together. */
  answers: number;
  answerMs: number;
  inputTokens: number;
  outputTokens: number;
}

interface Minute extends MinuteCounts {
  /** Minutes since the epoch. */
  at: number;
}

function emptyMinute(at: number): Minute {
  return { at, completed: 0, failed: 0, cancelled: 0, answers: 0, answerMs: 0, inputTokens: 0, outputTokens: 0 };
}

/** Counts what executions did in each minute of the last hour. Its size is constant. */
export class History implements ExecutionObserver {
  readonly name = "status page";
  readonly #now: () => number;
  readonly #minutes = Array.from({ length: MINUTES }, () => emptyMinute(0));
  #version = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Changes whenever an execution begins, ends or goes on. */
  get version(): number {
    return this.#version;
  }

  begin(): ExecutionObservation {
    this.#version++;
    /** When the calls of models that are not answered yet began. */
    const calls = new Map<string, number>();
    return {
      event: (event) => {
        this.#version++;
        this.#count(event, calls);
      },
      end: ({ phase }) => {
        this.#version++;
        this.#minute()[phase]++;
      },
    };
  }

  /** The last hour, oldest minute first. */
  lastHour(): readonly Readonly<MinuteCounts>[] {
    const now = this.#currentMinute();
    return Array.from({ length: MINUTES }, (_, index) => {
      const at = now - MINUTES + 1 + index;
      const minute = this.#minutes[at % MINUTES];
      return minute?.at === at ? minute : emptyMinute(at);
    });
  }

  #count(event: ExecutionEvent, calls: Map<string, number>): void {
    if (event.type === "model-call-started") calls.set(event.modelCallId, event.at.getTime());
    if (event.type !== "model-call-ended") return;
    const startedAt = calls.get(event.modelCallId);
    calls.delete(event.modelCallId);
    const minute = this.#minute();
    minute.inputTokens += event.usage?.inputTokens ?? 0;
    minute.outputTokens += event.usage?.outputTokens ?? 0;
    if (startedAt === undefined || event.failure !== undefined) return;
    minute.answers++;
    minute.answerMs += Math.max(event.at.getTime() - startedAt, 0);
  }

  #minute(): Minute {
    const at = this.#currentMinute();
    const known = this.#minutes[at % MINUTES];
    if (known?.at === at) return known;
    const minute = emptyMinute(at);
    this.#minutes[at % MINUTES] = minute;
    return minute;
  }

  #currentMinute(): number {
    return Math.floor(this.#now() / MINUTE_MS);
  }
}
