export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A server that tests need: a container if an engine is available, otherwise a process. */
export interface Service extends Address {
  readonly kind: "container" | "process";
  /** Kills the server as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, unless it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starting and probing a server, wherever it runs. */
export interface Server {
  /** Its arguments, for the address to listen on. */
  args(listen: Address): readonly string[];
  /** The port that it listens on if it has a network of its own. */
  readonly port: number;
  /** Does not throw once it answers. */
  ready(address: Address): Promise<unknown>;
}
