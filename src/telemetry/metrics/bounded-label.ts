/** Stands for all values beyond the limit. */
const OTHER = "other";
/** Longest value of a label. */
const MAX_LENGTH = 100;

/** Limits how many values a label has: each value is a time series that Prometheus keeps. */
export class BoundedLabel {
  readonly #limit: number;
  readonly #values = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns the value, or {@link OTHER} for one that is new when there are as many as allowed, or is too long */
  of(value: string): string {
    if (this.#values.has(value)) return value;
    if (value.length > MAX_LENGTH || this.#values.size >= this.#limit) return OTHER;
    this.#values.add(value);
    return value;
  }
}
