import type { Database } from "bun:sqlite";
import type { Logger } from "../../log/index.ts";
import type { DatabaseHealth } from "../../shared/database-health.ts";
import { messageOf } from "../../shared/errors.ts";
import type { HealthProblem } from "../../shared/health.ts";
import { ownIdentity } from "../../shared/process-identity.ts";
import type { Ticket } from "../ticket.ts";
import {
  ANNOUNCED_TTL_MS,
  type Blocked,
  type Claim,
  type RemainingDelay,
  TICKET_TTL_MS,
  type TicketStore,
} from "../ticket-store.ts";
import { Liveness } from "./liveness.ts";
import { toStorageError } from "./storage-errors.ts";
import type { TicketRecord } from "./ticket-record.ts";
import { Waiters } from "./waiters.ts";

/** Polling interval of a waiting execution: a killed process wakes nobody. */
const POLL_MS = 1_000;
/** Tickets that expired this long ago are deleted when the file is opened. */
const LEFTOVER_MS = 86_400_000;

/** The owner of a ticket that was announced when its execution was created. */
const CREATOR = "created";

/** A ticket without a token is an announced execution. `created` is the ticket's order. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS tickets (
  thread_id TEXT NOT NULL, execution_id TEXT NOT NULL, token TEXT NOT NULL, created REAL NOT NULL,
  held INTEGER NOT NULL, owner TEXT NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (thread_id, execution_id, token)
) WITHOUT ROWID`;

/** A ticket to be stored. */
interface Entry {
  readonly threadId: string;
  readonly executionId: string;
  readonly token: string;
  readonly order: number;
  readonly held: boolean;
  readonly owner: string;
}

/** The tickets of a thread, as seen by one claim. */
interface QueueState {
  readonly blocked?: Blocked;
  /** Tickets whose owners have ended. */
  readonly dead: readonly TicketRecord[];
  /** The claim's own ticket, and the one that announced its execution. */
  readonly own: TicketRecord | undefined;
  readonly announced: TicketRecord | undefined;
}

/** Locks and queues of threads in a SQLite file, shared by the processes that use one data directory. */
export class SqliteTickets implements TicketStore {
  readonly #database: Database;
  readonly #health: DatabaseHealth;
  readonly #log: Logger;
  readonly #owner = ownIdentity();
  readonly #liveness = new Liveness();
  readonly #queued = new WeakSet<Claim>();
  /** By thread and execution. */
  readonly #waiters: Waiters;

  constructor(database: Database, health: DatabaseHealth, log: Logger) {
    this.#database = database;
    this.#health = health;
    this.#log = log;
    this.#waiters = new Waiters(database);
    database.run(SCHEMA);
    database.run("DELETE FROM tickets WHERE expires_at < ?", [Date.now() - LEFTOVER_MS]);
  }

  async announce(threadId: string, ticket: Ticket): Promise<void> {
    this.#announce(threadId, ticket, "");
  }

  /** Announces an execution when it is created: all earlier ones of the thread have been announced before. */
  announceCreated(threadId: string, ticket: Ticket): void {
    this.#announce(threadId, ticket, CREATOR);
  }

  async claim(claim: Claim, delay: RemainingDelay): Promise<Blocked | undefined> {
    try {
      // Most polls find nothing new and need not write.
      const { blocked, dead, own } = this.#look(claim, delay);
      const isFresh = own !== undefined && own.expires_at - Date.now() > TICKET_TTL_MS / 2;
      if (blocked !== undefined && dead.length === 0 && isFresh) return blocked;
      return this.#transaction(() => this.#claim(claim, delay));
    } catch (error) {
      throw toStorageError(error, this.#health);
    }
  }

  async renew({ threadId, ticket, token }: Claim): Promise<boolean> {
    return this.#transaction(() => {
      const others = this.#tickets(threadId).filter((record) => record.held === 1 && record.token !== token);
      if (others.length === 0) this.#put(this.#entry(threadId, ticket, token, true), TICKET_TTL_MS);
      return others.length === 0;
    });
  }

  async release({ threadId, ticket, token }: Claim): Promise<void> {
    try {
      this.#remove(threadId, ticket.executionId, token);
      this.#remove(threadId, ticket.executionId, "");
      this.#wakeNext(threadId);
    } catch (error) {
      this.#log.warn(`${ticket.executionId} could not release ${threadId}: ${messageOf(error)}`);
    }
  }

  async withdraw(threadId: string, executionId: string): Promise<void> {
    this.#remove(threadId, executionId, "");
    this.#wakeNext(threadId);
  }

  onWake(threadId: string, executionId: string, wake: () => void): () => void {
    return this.#waiters.add(nameOf(threadId, executionId), wake);
  }

  /** Whether the file can be written. */
  check(): HealthProblem | undefined {
    return this.#health.check();
  }

  close(): void {
    this.#waiters.stop();
    this.#database.close();
  }

  #announce(threadId: string, { executionId, order }: Ticket, owner: "" | typeof CREATOR): void {
    this.#transaction(() => {
      const arrived = this.#tickets(threadId).some((record) => record.execution_id === executionId && record.token);
      if (!arrived) this.#put({ threadId, executionId, token: "", order, held: false, owner }, ANNOUNCED_TTL_MS);
    });
  }

  #claim(claim: Claim, delay: RemainingDelay): Blocked | undefined {
    const { threadId, ticket, token } = claim;
    const { blocked, dead, own, announced } = this.#look(claim, delay);
    const wasQueued = this.#queued.has(claim);
    this.#queued.add(claim);
    for (const { execution_id, token: of } of dead) this.#remove(threadId, execution_id, of);
    this.#remove(threadId, ticket.executionId, "");
    const order = own?.created ?? announced?.created ?? ticket.order;
    const wasDropped = wasQueued && own === undefined;
    const entry = this.#entry(threadId, { ...ticket, order }, token, blocked === undefined && !wasDropped);
    this.#put(entry, TICKET_TTL_MS);
    return wasDropped ? { reason: "dropped", by: "", againInMs: 0 } : blocked;
  }

  /** Evaluates a claim without changing anything. */
  #look({ threadId, ticket, token }: Claim, delay: RemainingDelay): QueueState {
    const all = this.#tickets(threadId);
    const own = all.find((record) => record.token === token);
    const announced = all.find((record) => record.execution_id === ticket.executionId && record.token === "");
    const dead: TicketRecord[] = [];
    const isAlive = (record: TicketRecord) => {
      const alive = record.token === token || this.#liveness.isAlive(record);
      if (!alive) dead.push(record);
      return alive;
    };
    const found = { dead, own, announced };
    if (own?.held === 1) return found;
    const holder = all.find((record) => record.held === 1 && isAlive(record));
    const order = own?.created ?? announced?.created ?? ticket.order;
    const isBefore = ({ created, execution_id }: TicketRecord) =>
      created < order || (created === order && execution_id < ticket.executionId);
    const queue = all.filter((record) => record.held === 0 && record !== own && record !== announced);
    const first = queue.find((record) => isBefore(record) && isAlive(record));
    const blocked = (reason: Blocked["reason"], by = ""): QueueState => ({
      ...found,
      blocked: { reason, by, againInMs: POLL_MS },
    });
    if (holder !== undefined) return blocked("held", holder.execution_id);
    if (first !== undefined) return blocked(first.token === "" ? "announced" : "waiting", first.execution_id);
    const appliesWhole = delay.appliesWhenAlone || queue.some(isAlive);
    const isOrderKnown = announced?.owner === CREATOR && !delay.appliesWhenAlone;
    const waitMs = isOrderKnown ? 0 : appliesWhole ? delay.ms : Math.min(ageOf(announced), delay.ms);
    return waitMs > 0 ? { ...found, blocked: { reason: "early", by: "", againInMs: waitMs } } : found;
  }

  #wakeNext(threadId: string): void {
    const all = this.#tickets(threadId);
    const next = all.find((record) => record.held === 0 && this.#liveness.isAlive(record));
    if (next === undefined || all.some((record) => record.held === 1)) return;
    this.#waiters.wake(nameOf(threadId, next.execution_id));
  }

  /** All tickets of a thread in queue order. */
  #tickets(threadId: string): TicketRecord[] {
    return this.#database
      .query<TicketRecord, [string]>("SELECT * FROM tickets WHERE thread_id = ? ORDER BY created, execution_id, token")
      .all(threadId);
  }

  #entry(threadId: string, { executionId, order }: Ticket, token: string, held: boolean): Entry {
    return { threadId, executionId, token, order, held, owner: this.#owner };
  }

  #put({ threadId, executionId, token, order, held, owner }: Entry, ttlMs: number): void {
    this.#database
      .query(
        "INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET held = excluded.held, expires_at = excluded.expires_at",
      )
      .run(threadId, executionId, token, order, held ? 1 : 0, owner, Date.now() + ttlMs);
  }

  #remove(threadId: string, executionId: string, token: string): void {
    this.#database
      .query("DELETE FROM tickets WHERE thread_id = ? AND execution_id = ? AND token = ?")
      .run(threadId, executionId, token);
  }

  /** Immediate: a transaction that begins by reading can fail to get the write lock later. */
  #transaction<T>(work: () => T): T {
    return this.#database.transaction(work).immediate();
  }
}

/** How long ago the execution was announced, in ms. */
function ageOf(announced: TicketRecord | undefined): number {
  return announced === undefined ? 0 : Date.now() - announced.expires_at + ANNOUNCED_TTL_MS;
}

function nameOf(threadId: string, executionId: string): string {
  return `${threadId}\n${executionId}`;
}
