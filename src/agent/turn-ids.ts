/**
 * The turn that each actor is at, by graph node. An actor says one thing after the other; the ids of the messages do not
 * tell: servers name their answers as they like, or all the same.
 */
export class TurnIds {
  readonly #growing = new Map<string | undefined, string>();

  /** The id for a piece of text. */
  grow(node: string | undefined, messageId: string | undefined): string {
    const id = this.#growing.get(node) ?? messageId ?? crypto.randomUUID();
    this.#growing.set(node, id);
    return id;
  }

  /** The id of the turn that ends. `undefined`: nothing was said, and no message is named. */
  end(node: string | undefined, messageId?: string): string | undefined {
    const id = this.#growing.get(node) ?? messageId;
    this.#growing.delete(node);
    return id;
  }
}
