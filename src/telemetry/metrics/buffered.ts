import { Counter, Histogram, Registry } from "./prometheus.ts";

/** Updates that are kept before they are applied: those of about five executions. */
const MAX_PENDING = 1_000;

type Labels<T extends string> = Readonly<Partial<Record<T, string>>>;
type Config<C> = Omit<C, "registers">;

interface Update {
  readonly apply: (labels: Labels<string>, value: number) => void;
  readonly labels: Labels<string>;
  readonly value: number;
}

/**
 * A registry that updates its buffered metrics in batches: when metrics are read, and after every thousand updates. A single
 * update among the work of an execution finds nothing of the library in the processor's caches, and takes several times as
 * long. Of the ways to read a registry, only {@link metrics} applies what is pending.
 */
export class BufferedRegistry extends Registry {
  #pending: Update[] = [];

  add(update: Update): void {
    this.#pending.push(update);
    if (this.#pending.length >= MAX_PENDING) this.#apply();
  }

  override async metrics(): Promise<string> {
    this.#apply();
    return await super.metrics();
  }

  #apply(): void {
    const pending = this.#pending;
    this.#pending = [];
    const failures: unknown[] = [];
    for (const { apply, labels, value } of pending) {
      try {
        apply(labels, value);
      } catch (error) {
        // A defect of one metric must not lose the others.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** A counter whose registry updates it later. */
export class BufferedCounter<T extends string = never> {
  readonly #registry: BufferedRegistry;
  readonly #apply: Update["apply"];

  constructor(registry: BufferedRegistry, config: Config<ConstructorParameters<typeof Counter<T>>[0]>) {
    const counter = new Counter<T>({ ...config, registers: [registry] });
    this.#registry = registry;
    this.#apply = (labels, value) => counter.inc(labels as Labels<T>, value);
  }

  /** @throws RangeError if the value is negative or not finite */
  inc(labels = {} as Labels<T>, value = 1): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`cannot count ${value}`);
    this.#registry.add({ apply: this.#apply, labels, value });
  }
}

/** A histogram whose registry updates it later. */
export class BufferedHistogram<T extends string = never> {
  readonly #registry: BufferedRegistry;
  readonly #apply: Update["apply"];

  constructor(registry: BufferedRegistry, config: Config<ConstructorParameters<typeof Histogram<T>>[0]>) {
    const histogram = new Histogram<T>({ ...config, registers: [registry] });
    this.#registry = registry;
    this.#apply = (labels, value) => histogram.observe(labels as Labels<T>, value);
  }

  /** @throws RangeError if the value is not finite */
  observe(labels: Labels<T>, value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`cannot observe ${value}`);
    this.#registry.add({ apply: this.#apply, labels, value });
  }
}
