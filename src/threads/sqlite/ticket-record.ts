/** A row of the table `tickets`: an execution that has a lock or waits for it. */
export interface TicketRecord {
  readonly thread_id: string;
  readonly execution_id: string;
  /** Empty if the execution is announced and has not arrived. */
  readonly token: string;
  /** The ticket's order. */
  readonly created: number;
  /** 1 if it has the lock. */
  readonly held: number;
  /** The process. If the execution has not arrived: `created` if it was announced at its creation, otherwise empty. */
  readonly owner: string;
  readonly expires_at: number;
}
