/**
 * The ids of the current turns, one for each graph node. Ids of messages are not enough: some servers give all their answers
 * the same id, or change it within one.
 */
export class TurnIds {
  readonly #current = new Map<string | undefined, string>();

  /** The id of the turn that a piece of text belongs to. */
  continue(node: string | undefined, messageId: string | undefined): string {
    const id = this.#current.get(node) ?? messageId ?? crypto.randomUUID();
    this.#current.set(node, id);
    return id;
  }

  /** Ends a turn. @returns its id; `undefined` if it had no text and its message has no id */
  end(node: string | undefined, messageId?: string): string | undefined {
    const id = this.#current.get(node) ?? messageId;
    this.#current.delete(node);
    return id;
  }
}
