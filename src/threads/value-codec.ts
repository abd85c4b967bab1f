import { createHash } from "node:crypto";
import { BaseMessage } from "@langchain/core/messages";
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import type { SecretMask } from "../shared/secret-mask.ts";
import { yieldToEventLoop } from "../shared/time.ts";
import type { Blob, StoredMessage, StoredValue } from "./checkpoint-storage.ts";
import { Fingerprint } from "./fingerprint.ts";
import { maskStored } from "./mask-stored.ts";
import { AMBIGUOUS, withMessages, withoutMessages } from "./message-placeholders.ts";

/** Bytes of a message id: long enough to make collisions within a thread practically impossible. */
const ID_BYTES = 15;
/** Messages that are read in one batch. The event loop runs between two batches. */
const READ_AT_ONCE = 32;

/** The serialized values of one call, and their messages. */
export interface SerializedValues<T> {
  readonly values: T;
  /** Messages that this codec has not seen before, so they are not stored yet. */
  readonly added: readonly StoredMessage[];
  /** Serializes messages of the values once more, for a store that lost them. */
  serializeAgain(ids: readonly string[]): Promise<StoredMessage[]>;
}

/** Serializes one value. */
export type SerializeValue = (value: unknown) => Promise<StoredValue>;

/**
 * Serializes channel values and the messages in them separately, so that a message contained in many values is
 * serialized and stored once. Otherwise every step of an agent would cost as much as its whole conversation.
 */
export class ValueCodec {
  readonly #serde: SerializerProtocol;
  readonly #mask: SecretMask | undefined;
  /** Messages that were serialized or read before, as they were then; they may have been changed in place since. */
  readonly #known = new WeakMap<BaseMessage, { readonly id: string; readonly fingerprint: Fingerprint }>();

  /** @param mask masks the secrets that must not be stored */
  constructor(serde: SerializerProtocol, mask?: SecretMask) {
    this.#serde = serde;
    this.#mask = mask;
  }

  async serialize(value: unknown): Promise<Blob> {
    const [type, data] = await this.#serde.dumpsTyped(value);
    return this.#mask === undefined ? { type, data } : maskStored({ type, data }, this.#mask);
  }

  async deserialize<T>({ type, data }: Blob): Promise<T> {
    return (await this.#serde.loadsTyped(type, data)) as T;
  }

  /** Runs `work`, which serializes values, and collects their messages. */
  async serializeValues<T>(work: (serialize: SerializeValue) => Promise<T>): Promise<SerializedValues<T>> {
    const ids = new Map<BaseMessage, Promise<string>>();
    const added = new Map<string, StoredMessage>();
    const idOf = async (message: BaseMessage): Promise<string> => {
      const known = this.#known.get(message);
      if (known?.fingerprint.matches(message) === true) return known.id;
      const stored = await this.#serializeMessage(message);
      added.set(stored.id, stored);
      return stored.id;
    };
    const values = await work(async (value) => {
      const messages: BaseMessage[] = [];
      const rest = withoutMessages(value, messages);
      // The value itself contains something that looks like a placeholder.
      if (rest === AMBIGUOUS) return { ...(await this.serialize(value)), messageIds: [] };
      const messageIds = messages.map((message) => {
        const id = ids.get(message) ?? idOf(message);
        ids.set(message, id);
        return id;
      });
      return { ...(await this.serialize(rest)), messageIds: await Promise.all(messageIds) };
    });
    const serializeAgain = async (wanted: readonly string[]): Promise<StoredMessage[]> => {
      const found: StoredMessage[] = [];
      for (const [message, promised] of ids) {
        const id = await promised;
        // Under the id that the values refer to: a message that was read may be serialized differently now.
        if (wanted.includes(id)) found.push({ ...(await this.#serializeMessage(message)), id });
      }
      return found;
    };
    return { values, added: [...added.values()], serializeAgain };
  }

  /**
   * Reads the messages of values.
   * @returns `undefined` if one of them is missing
   */
  async readMessages(
    values: readonly StoredValue[],
    read: (ids: readonly string[]) => Promise<readonly StoredMessage[]>,
  ): Promise<Map<string, unknown> | undefined> {
    const ids = [...new Set(values.flatMap(({ messageIds }) => messageIds))];
    const found = new Map<string, unknown>();
    for (let next = 0; next < ids.length; next += READ_AT_ONCE) {
      for (const { id, value } of await read(ids.slice(next, next + READ_AT_ONCE))) {
        const message = await this.deserialize(value);
        found.set(id, message);
        if (BaseMessage.isInstance(message)) this.#register(message, id);
      }
      await yieldToEventLoop();
    }
    return found.size === ids.length ? found : undefined;
  }

  async deserializeValue(value: StoredValue, found: ReadonlyMap<string, unknown>): Promise<unknown> {
    const rest = await this.deserialize(value);
    return value.messageIds.length === 0
      ? rest
      : withMessages(rest, (index) => found.get(value.messageIds[index] ?? ""));
  }

  async #serializeMessage(message: BaseMessage): Promise<StoredMessage> {
    // Taken before serializing: a change during serialization is then detected the next time.
    const fingerprint = Fingerprint.of(message);
    const value = await this.serialize(message);
    const digest = createHash("sha256").update(value.type).update("\0").update(value.data).digest();
    const id = digest.subarray(0, ID_BYTES).toString("base64url");
    if (fingerprint !== undefined) this.#known.set(message, { id, fingerprint });
    return { id, value };
  }

  #register(message: BaseMessage, id: string): void {
    const fingerprint = Fingerprint.of(message);
    if (fingerprint !== undefined) this.#known.set(message, { id, fingerprint });
  }
}
