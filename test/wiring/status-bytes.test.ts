import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { toJson } from "@bufbuild/protobuf";
import { Redis } from "ioredis";
import {
  applyEvent,
  eventsChannel,
  eventsStream,
  type ReaderState,
  type StatusEvent,
} from "../../src/status/redis/index.ts";
import { type AgentExecution, AgentExecutionStatusSchema } from "../../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD } from "../support/cloud-world.ts";
import { until } from "../support/eventually.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

const COMMANDS = 100;
const OUTPUT_BYTES = 9_000;
const MAX_TO_REDIS = 6e6;
const MAX_TO_BACKEND = 20e6;

const open = new AsyncDisposableStack();
let world: CloudWorld;
let backend: TcpProxy;
let redis: Redis;
beforeAll(async () => {
  world = open.use(await cloudWorld());
  backend = open.use(await startTcpProxy(world.env["STIGMER_BACKEND_ENDPOINT"] ?? ""));
  const { program } = await world.replica({ STIGMER_BACKEND_ENDPOINT: backend.address });
  open.use(program);
  const { host, port } = world.redis;
  redis = new Redis({ host, port, password: REDIS_PASSWORD });
  open.defer(() => redis.disconnect());
});
afterAll(() => open.disposeAsync());

describe(`an execution with ${COMMANDS} commands of ${OUTPUT_BYTES} bytes of output each`, () => {
  const events: StatusEvent[] = [];
  let published = 0;
  let sentToBackend = 0;
  let states: AgentExecution[];
  beforeAll(async () => {
    const command = (turn: number) =>
      `head -c ${Math.ceil((OUTPUT_BYTES * 3) / 4)} /dev/urandom | base64 -w0 # ${turn}`;
    world.ollama.converse((_, turn) =>
      turn < COMMANDS
        ? { text: "", tools: [{ name: "execute", args: { command: command(turn) } }] }
        : { text: "All of it is done." },
    );
    await using subscriber = new AsyncDisposableStack();
    const client = subscriber.adopt(redis.duplicate(), (made) => made.disconnect());
    client.on("pmessage", (_pattern, _channel, text: string) => {
      published += Buffer.byteLength(text);
      events.push(JSON.parse(text));
    });
    await client.psubscribe(`${eventsChannel("")}*`);
    const before = backend.sent;
    states = await world.user.follow(await world.user.begin(await world.user.session(), "Go"));
    await until("the last event is heard", () => events.at(-1)?.terminal === true);
    sentToBackend = backend.sent - before;
  });

  test("costs few bytes in Redis and at the backend", () => {
    expect(events.length).toBeGreaterThan(2 * COMMANDS);
    expect(published).toBeLessThan(MAX_TO_REDIS);
    expect(sentToBackend).toBeLessThan(MAX_TO_BACKEND);
  });

  test("looks the same to early readers, late readers and the backend", async () => {
    const last = states.at(-1);
    expect(last && phaseOf(last)).toBe("EXECUTION_COMPLETED");
    const early = events.reduce<ReaderState | undefined>(applyEvent, undefined);
    const kept = await redis.xrange(eventsStream(last?.metadata?.id ?? ""), "-", "+");
    const late = kept
      .map(([, fields]) => JSON.parse(fields[fields.indexOf("event") + 1] ?? "") as StatusEvent)
      .reduce<ReaderState | undefined>(applyEvent, undefined);
    expect(early).toMatchObject({ sequence: events.length, terminal: true });
    expect(late).toEqual(early);
    expect(kept.length).toBeGreaterThan(COMMANDS);
    const status = last?.status;
    const stored = status === undefined ? {} : toJson(AgentExecutionStatusSchema, status);
    expect(stored).toEqual({ ...early?.status, audit: expect.anything() });
  });

  test("has its answer in an update before the final one, for all readers", () => {
    const answered = (messages: readonly { readonly content: string }[]) =>
      messages.at(-1)?.content === "All of it is done.";
    const shown = states.findIndex(({ status }) => answered(status?.messages ?? []));
    expect(shown).toBe(states.length - 2);
    expect(states[shown] && phaseOf(states[shown])).toBe("EXECUTION_IN_PROGRESS");
    let reader: ReaderState | undefined;
    const phases = events.flatMap((event) => {
      reader = applyEvent(reader, event);
      const messages = (reader?.status["messages"] ?? []) as { content: string }[];
      return answered(messages) ? [reader?.status["phase"]] : [];
    });
    expect(phases).toEqual(["EXECUTION_IN_PROGRESS", "EXECUTION_COMPLETED"]);
  });

  test("has a message per call, and no empty ones", () => {
    const messages = states.at(-1)?.status?.messages ?? [];
    expect(messages).toHaveLength(COMMANDS + 2);
    for (const { content } of messages) expect(content.trim()).not.toBe("");
  });
});
