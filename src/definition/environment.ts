/** The variables of an execution, and which of them are secrets. */
export interface Environment {
  readonly values: Readonly<Record<string, string>>;
  /** The names of the variables whose values must never be shown. */
  readonly secretNames: readonly string[];
}
