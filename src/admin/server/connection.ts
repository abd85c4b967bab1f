import type { Socket } from "node:net";
import type { ServerLimits } from "./limits.ts";

/** An open connection and what it is used for. */
export class Connection {
  readonly socket: Socket;
  /** The address that it came from. */
  readonly source: string;
  /** Requests whose answers were not read yet. */
  requests = 0;
  /** Those of them that the app works on. */
  answering = 0;
  /** Those of them whose answers are being sent. */
  sending = 0;
  /** Streams and other answers that come later. They have their own limits. */
  kept = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    // IPv4 clients of an IPv6 socket: as people know the address, and as it is written elsewhere in the log.
    this.source = (socket.remoteAddress ?? "unknown").replace(/^::ffff:(?=\d+\.)/, "");
  }

  get isBusy(): boolean {
    return this.answering + this.sending > 0;
  }

  /** Whether it only waits for its client. */
  get isExpendable(): boolean {
    return this.answering + this.kept === 0;
  }
}

/**
 * The open connections, at most as many as the limit says. At the limit a new one replaces another that waits for its
 * client: of the source that has most of them the oldest. So slow clients do not keep a probe out, and one source does
 * not push out another.
 */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  readonly #limit: number;
  readonly #onFull: (source: string) => void;

  /** @param onFull is told whose connection was closed to make room */
  constructor({ connections }: Pick<ServerLimits, "connections">, onFull: (source: string) => void = () => undefined) {
    this.#limit = connections;
    this.#onFull = onFull;
  }

  get count(): number {
    return this.#open.size;
  }

  get hasBusy(): boolean {
    return this.#open.values().some((connection) => connection.isBusy);
  }

  add(socket: Socket): void {
    // A reset of the connection is the client's affair.
    socket.on("error", () => undefined);
    if (this.#open.size >= this.#limit && !this.#replaceOne()) {
      socket.destroy();
      return;
    }
    this.#open.set(socket, new Connection(socket));
    socket.once("close", () => this.#open.delete(socket));
  }

  /** `undefined`: it is closed already. */
  of(socket: Socket): Connection | undefined {
    return this.#open.get(socket);
  }

  closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  /** Whether there is room now. */
  #replaceOne(): boolean {
    const expendable = [...this.#open.values()].filter((connection) => connection.isExpendable);
    const unused = expendable.filter((connection) => connection.sending === 0);
    const victim = oldestOfLargest(unused.length > 0 ? unused : expendable);
    if (victim === undefined) return false;
    this.#open.delete(victim.socket);
    victim.socket.destroy();
    this.#onFull(victim.source);
    return true;
  }
}

/** The oldest connection of the source that has most of them. */
function oldestOfLargest(connections: readonly Connection[]): Connection | undefined {
  const counts = new Map<string, number>();
  for (const { source } of connections) counts.set(source, (counts.get(source) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return connections.find(({ source }) => counts.get(source) === most);
}
