import type { RedisClient, RedisConnection } from "../../redis/index.ts";
import type { OutgoingEvent } from "./event-sequencer.ts";

/** The channel on which events are published, and the stream in which they are kept. */
export const eventsChannel = (executionId: string) => `stigmer:agent-execution:${executionId}`;
export const eventsStream = (executionId: string) => `${eventsChannel(executionId)}:stream`;

/**
 * Stores and publishes an event; its text crosses the network once. The stream entry's id is the sequence number, so that
 * late and duplicate events are not added. A delta without its predecessor is refused: Redis lost its data, or the stream
 * expired.
 */
const SEND = `
local id = ARGV[2] .. '-0'
if #redis.call('XRANGE', KEYS[1], id, id) > 0 then return 1 end
if ARGV[3] ~= '' then
  local previous = ARGV[3] .. '-0'
  if #redis.call('XRANGE', KEYS[1], previous, previous) == 0 then return 0 end
end
redis.call('XADD', KEYS[1], id, 'sequence', ARGV[2], 'event', ARGV[6])
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[4] .. '-0')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PUBLISH', ARGV[1], ARGV[6])
return 1`;

/** The events of executions in Redis. */
export class EventStore {
  readonly #redis: RedisConnection;
  readonly #ttlMs: number;

  constructor(redis: RedisConnection, ttlMs: number) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
  }

  /** @returns whether the event was stored; a delta is refused if its predecessor is missing */
  async send(executionId: string, { sequence, previous, keepFrom, text }: OutgoingEvent): Promise<boolean> {
    const stream = eventsStream(executionId);
    const args = [eventsChannel(executionId), sequence, previous ?? "", keepFrom, this.#ttlMs, text];
    return (await this.#redis.run((client) => client.eval(SEND, 1, stream, ...args))) === 1;
  }

  /** Sequence number of the last event that an earlier run of the execution has sent; 0 if there is none. */
  async lastSequence(executionId: string): Promise<number> {
    const stream = eventsStream(executionId);
    return await this.#redis.run(async (client) => {
      const [last] = await client.xrevrange(stream, "+", "-", "COUNT", 1);
      if (last === undefined) return 0;
      const [id, fields] = last;
      const sequence = Number(fields[fields.indexOf("sequence") + 1]) || 0;
      // Earlier versions of this program used timestamps as ids, which no sequence number can follow.
      if (id !== `${sequence}-0`) await deleteStream(client, stream);
      return sequence;
    });
  }
}

async function deleteStream(client: RedisClient, stream: string): Promise<void> {
  await client.del(stream);
}
