import { createHash } from "node:crypto";
import { BaseMessage } from "@langchain/core/messages";
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import type { SecretMask } from "../shared/secret-mask.ts";
import { yieldToEventLoop } from "../shared/time.ts";
import type { Blob, StoredMessage, StoredValue } from "./checkpoint-rows.ts";
import { Fingerprint } from "./fingerprint.ts";
import { maskStored } from "./mask-stored.ts";
import { AMBIGUOUS, withMessages, withoutMessages } from "./message-marks.ts";

/** Bytes of an id: enough that no two messages of a thread have the same. */
const ID_BYTES = 15;
/** Parts that are read in one go; between two, others have their turn. */
const READ_AT_ONCE = 32;

/** What became of the values of one call. */
export interface Dumped<T> {
  readonly values: T;
  /** The parts that were never seen before, and so cannot be stored yet. */
  readonly fresh: readonly StoredMessage[];
  /** Any parts of the values, anew. */
  again(ids: readonly string[]): Promise<StoredMessage[]>;
}

/** Turns one value into what is stored. */
export type Dump = (value: unknown) => Promise<StoredValue>;

/**
 * Serialises channel values with the messages in them set apart: a message that is in many values is serialised and
 * stored once. Else every step of an agent would cost as much as its whole conversation.
 */
export class ValueCodec {
  readonly #serde: SerializerProtocol;
  readonly #mask: SecretMask | undefined;
  /** What is known of a message that was serialised or read before; it may have been changed since. */
  readonly #known = new WeakMap<BaseMessage, { readonly id: string; readonly fingerprint: Fingerprint }>();

  /** @param mask of the secrets that are never stored */
  constructor(serde: SerializerProtocol, mask?: SecretMask) {
    this.#serde = serde;
    this.#mask = mask;
  }

  async dump(value: unknown): Promise<Blob> {
    const [type, data] = await this.#serde.dumpsTyped(value);
    return this.#mask === undefined ? { type, data } : maskStored({ type, data }, this.#mask);
  }

  async load<T>({ type, data }: Blob): Promise<T> {
    return (await this.#serde.loadsTyped(type, data)) as T;
  }

  /** Lets `work` dump values, and gathers their parts. */
  async dumpValues<T>(work: (dump: Dump) => Promise<T>): Promise<Dumped<T>> {
    const ids = new Map<BaseMessage, Promise<string>>();
    const fresh = new Map<string, StoredMessage>();
    const idOf = async (message: BaseMessage): Promise<string> => {
      const known = this.#known.get(message);
      if (known?.fingerprint.matches(message) === true) return known.id;
      const part = await this.#part(message);
      fresh.set(part.id, part);
      return part.id;
    };
    const values = await work(async (value) => {
      const messages: BaseMessage[] = [];
      const rest = withoutMessages(value, messages);
      // It looks like what stands for messages.
      if (rest === AMBIGUOUS) return { ...(await this.dump(value)), parts: [] };
      const parts = messages.map((message) => {
        const id = ids.get(message) ?? idOf(message);
        ids.set(message, id);
        return id;
      });
      return { ...(await this.dump(rest)), parts: await Promise.all(parts) };
    });
    const again = async (wanted: readonly string[]): Promise<StoredMessage[]> => {
      const found: StoredMessage[] = [];
      for (const [message, promised] of ids) {
        const id = await promised;
        // By the id that the values name: what was read before may be written in another way now, and mean the same.
        if (wanted.includes(id)) found.push({ ...(await this.#part(message)), id });
      }
      return found;
    };
    return { values, fresh: [...fresh.values()], again };
  }

  /**
   * Reads the parts of values.
   * @returns `undefined` where one of them is not there
   */
  async loadParts(
    values: readonly StoredValue[],
    read: (ids: readonly string[]) => Promise<readonly StoredMessage[]>,
  ): Promise<Map<string, unknown> | undefined> {
    const ids = [...new Set(values.flatMap(({ parts }) => parts))];
    const found = new Map<string, unknown>();
    for (let next = 0; next < ids.length; next += READ_AT_ONCE) {
      for (const { id, value } of await read(ids.slice(next, next + READ_AT_ONCE))) {
        const message = await this.load(value);
        found.set(id, message);
        if (BaseMessage.isInstance(message)) this.#remember(message, id);
      }
      await yieldToEventLoop();
    }
    return found.size === ids.length ? found : undefined;
  }

  async loadValue(value: StoredValue, found: ReadonlyMap<string, unknown>): Promise<unknown> {
    const rest = await this.load(value);
    return value.parts.length === 0 ? rest : withMessages(rest, (place) => found.get(value.parts[place] ?? ""));
  }

  async #part(message: BaseMessage): Promise<StoredMessage> {
    // Before it is serialised: what changes meanwhile is found the next time.
    const fingerprint = Fingerprint.of(message);
    const value = await this.dump(message);
    const digest = createHash("sha256").update(value.type).update("\0").update(value.data).digest();
    const id = digest.subarray(0, ID_BYTES).toString("base64url");
    if (fingerprint !== undefined) this.#known.set(message, { id, fingerprint });
    return { id, value };
  }

  #remember(message: BaseMessage, id: string): void {
    const fingerprint = Fingerprint.of(message);
    if (fingerprint !== undefined) this.#known.set(message, { id, fingerprint });
  }
}
