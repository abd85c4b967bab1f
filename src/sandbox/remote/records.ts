/** What the runner starts in a remote sandbox keeps its records below this directory. */
export const RECORDS_DIRECTORY = "/tmp/.agent-runner";

/** Where one user of a sandbox keeps the records of what it starts. */
export class Records {
  /** A new one for each user of the sandbox, so that none stops what another has started. */
  readonly path = `${RECORDS_DIRECTORY}/${crypto.randomUUID()}`;
  #count = 0;

  /** A directory for what is started next. Its name is a number. */
  next(): string {
    return `${this.path}/${++this.#count}`;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }
}
