/** A condition that the runner needs in order to work. */
export interface HealthCheck {
  readonly name: string;
  /** @returns what is wrong, or `undefined`; answers within its own time limit and never throws */
  check(): Promise<string | undefined>;
}
