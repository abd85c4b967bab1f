import { describe, expect, test } from "bun:test";
import { create, toJson } from "@bufbuild/protobuf";
import type { AgentEvent } from "../../agent/index.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import { type AgentExecutionStatus, AgentExecutionStatusSchema } from "../../stigmer/index.ts";
import { beforeEnd, finish } from "../finish.ts";
import { StatusFitter } from "../fit-status.ts";
import { reduce } from "../reducer.ts";
import { initialState, type StatusState } from "../status-state.ts";
import { StatusView } from "../status-view.ts";
import { applyEvent, type ReaderState } from "./apply-event.ts";
import type { StatusEvent } from "./event.ts";
import { EventSequencer, MAX_DELTAS, MAX_KEPT_BYTES, MAX_KEPT_EVENTS, type OutgoingEvent } from "./event-sequencer.ts";

const SECRET = "sk-0123456789";
const main = { actor: { kind: "main" } } as const;
const parsed = (event: OutgoingEvent) => JSON.parse(event.text) as StatusEvent;
const asJson = (status: AgentExecutionStatus) => toJson(AgentExecutionStatusSchema, status);

/** Numbers from 0 to 1 that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Events of an agent, in any order: texts that grow, turns, calls with ids that repeat, lists. */
function* agentEvents(random: () => number, count: number): Generator<AgentEvent> {
  const below = (most: number) => Math.floor(random() * most);
  const text = () =>
    ["", "\n", "é👩🏽‍❤️‍💋‍👩🏽", `key ${SECRET.slice(0, below(14))}`, "x".repeat(below(400))][below(5)] ?? "";
  let turn = 1;
  for (let index = 0; index < count; index++) {
    const at = new Date(1_768_816_800_000 + index * 1_000);
    const id = `c${below(12)}`;
    switch (below(6)) {
      case 0:
      case 1:
        yield { ...main, at, type: "text", turnId: `t${turn}`, text: text() };
        break;
      case 2: {
        const name = ["execute", "task", "ls"][below(3)] ?? "";
        const calls = Array.from({ length: below(3) }, () => ({
          id,
          name,
          args: { command: text(), description: "d" },
        }));
        yield { ...main, at, type: "turn", turnId: `t${turn++}`, text: text(), calls };
        break;
      }
      case 3:
        yield { ...main, at, type: "tool-started", callId: id };
        break;
      case 4:
        yield { ...main, at, type: "tool-ended", callId: id, result: text(), ...(below(2) ? { failure: "no" } : {}) };
        break;
      case 5: {
        const todos = Array.from({ length: below(5) }, () => ({ content: text(), status: "pending" as const }));
        yield { ...main, at, type: "todos", todos };
        break;
      }
    }
  }
}

/** What is shown of an execution after each event; within a limit that is soon reached. */
function* statuses(seed: number, count: number, limit: number): Generator<AgentExecutionStatus> {
  const mask = new SecretMask();
  mask.add([SECRET]);
  const view = new StatusView(mask);
  const fitter = new StatusFitter(limit);
  let state: StatusState = initialState("Hello", seed % 2 === 0 ? "tokens" : "messages", new Date(1_768_816_800_000));
  yield fitter.fit(view.of(state)).status;
  for (const event of agentEvents(numbers(seed), count)) {
    state = reduce(state, event);
    yield fitter.fit(view.of(state)).status;
  }
  const outcomes = [{ phase: "completed" }, { phase: "failed", reason: "no" }, { phase: "cancelled", reason: "no" }];
  const outcome = outcomes[seed % 3] as Parameters<typeof finish>[1];
  const last = fitter.fit(view.of(finish(state, outcome, new Date(1_768_820_000_000)))).status;
  yield beforeEnd(last);
  yield last;
}

describe("status events", () => {
  for (const [limit, what] of [
    [1024 * 1024, "everything fits"],
    [12_000, "old results were omitted"],
    [4_000, "old messages were dropped"],
  ] as const) {
    test(`lead early and late readers to the same status if ${what}`, () => {
      for (let seed = 1; seed <= 30; seed++) {
        const log = new EventSequencer("aex-1");
        const random = numbers(seed * 7);
        const all = [...statuses(seed, 150, limit)];
        let stream: OutgoingEvent[] = [];
        let early: ReaderState | undefined;
        for (const [index, status] of all.entries()) {
          const event = log.next(status, index === all.length - 1);
          stream = [...stream, event].filter(({ sequence }) => sequence >= event.keepFrom);
          early = applyEvent(early, parsed(event));
          expect(early?.status).toEqual(asJson(status) as ReaderState["status"]);
          if (random() < 0.8) continue;
          // Events may come in both ways, and twice.
          const late = [...stream, ...stream].map(parsed).reduce<ReaderState | undefined>(applyEvent, undefined);
          expect(late).toEqual(early);
        }
        expect(early?.terminal).toBe(true);
      }
    });
  }

  test("lead to the correct status again after some were lost", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const log = new EventSequencer("aex-1");
      const random = numbers(seed * 13);
      let reader: ReaderState | undefined;
      let stale = false;
      const all = [...statuses(seed, 150, 12_000)];
      for (const [index, status] of all.entries()) {
        const terminal = index === all.length - 1;
        const event = log.next(status, terminal);
        if (!terminal && random() < 0.1) {
          log.lost();
          stale = true;
          continue;
        }
        if (stale) expect(parsed(event).kind).toBe("state");
        stale = false;
        reader = applyEvent(reader, parsed(event));
        expect(reader).toMatchObject({ sequence: event.sequence, terminal });
        expect(reader?.status).toEqual(asJson(status) as ReaderState["status"]);
      }
    }
  });

  test("change nothing for a reader with a gap until the next whole state", () => {
    const log = new EventSequencer("aex-1");
    const [first, second, third, ...rest] = [...statuses(2, 40, 1024 * 1024)];
    if (first === undefined || second === undefined || third === undefined) throw new Error("there are too few");
    const known = applyEvent(undefined, parsed(log.next(first, false)));
    log.next(second, false);
    expect(applyEvent(known, parsed(log.next(third, false)))).toBe(known);
    expect(applyEvent(undefined, parsed(log.next(third, false)))).toBeUndefined();
    log.lost();
    const [fourth = third] = rest;
    expect(applyEvent(known, parsed(log.next(fourth, false)))?.status).toEqual(asJson(fourth) as ReaderState["status"]);
  });

  test("begin and end with a whole state", () => {
    const log = new EventSequencer("aex-1", 41);
    const status = create(AgentExecutionStatusSchema);
    const events = [log.next(status, false), log.next(status, false), log.next(status, true)];
    expect(events.map(parsed)).toMatchObject([
      { version: 2, executionId: "aex-1", sequence: 42, terminal: false, kind: "state", status: {} },
      { version: 2, executionId: "aex-1", sequence: 43, terminal: false, kind: "delta", delta: {} },
      { version: 2, executionId: "aex-1", sequence: 44, terminal: true, kind: "state", status: {} },
    ]);
  });
});

describe("status delta", () => {
  const at = new Date("2026-01-19T10:00:00Z");
  const statusAfter = (...events: AgentEvent[]) =>
    events.reduce<StatusState>(reduce, initialState("Hello", "tokens", at)).status;
  const turn: AgentEvent = {
    ...main,
    at,
    type: "turn",
    turnId: "1",
    text: "I look.",
    calls: [{ id: "c1", name: "execute", args: { command: "ls" } }],
  };

  function deltaOf(...states: AgentExecutionStatus[]): string {
    const log = new EventSequencer("aex-1");
    return states.map((status) => log.next(status, false)).at(-1)?.text ?? "";
  }

  test("contains a result once, although the call is in the list and in its message", () => {
    const result = "r".repeat(9_000);
    const view = new StatusView(new SecretMask());
    const [before, done] = [[turn], [turn, { ...main, at, type: "tool-ended", callId: "c1", result } as const]].map(
      (events) => view.of(events.reduce<StatusState>(reduce, initialState("Hello", "tokens", at))),
    );
    if (before === undefined || done === undefined) throw new Error("there is none");
    expect(deltaOf(before, done).length).toBeLessThan(9_000 + 700);
  });

  test("contains only the new text of a growing message", () => {
    const says = (text: string): AgentEvent => ({ ...main, at, type: "text", turnId: "1", text });
    const text = deltaOf(statusAfter(says("x".repeat(5_000))), statusAfter(says("x".repeat(5_000)), says(" more")));
    expect(JSON.parse(text).delta).toEqual({ messages: [{ index: 1, append: " more" }] });
  });
});

describe("stored and sent status events", () => {
  /** Sends updates of a status with so many bytes, of which so many are new each time. */
  function sent(updates: number, size: number, bytesEach: number) {
    const log = new EventSequencer("aex-1");
    const message = "Hello".padEnd(size, "x");
    let stream: OutgoingEvent[] = [];
    let [bytes, most, mostEvents] = [0, 0, 0];
    let state = initialState(message, "tokens", new Date());
    for (let update = 0; update < updates; update++) {
      state = reduce(state, { ...main, at: new Date(), type: "text", turnId: "1", text: "y".repeat(bytesEach) });
      const event = log.next(state.status, false);
      bytes += event.text.length;
      stream = [...stream, event].filter(({ sequence }) => sequence >= event.keepFrom);
      most = Math.max(
        most,
        stream.reduce((sum, { text }) => sum + text.length, 0),
      );
      mostEvents = Math.max(mostEvents, stream.length);
      expect(parsed(stream[0] ?? expect.unreachable()).kind).toBe("state");
    }
    return { bytes, most, mostEvents };
  }

  test("are bounded in bytes and number, and always begin with a whole state", () => {
    const large = sent(400, 1_000_000, 20_000);
    expect(large.most).toBeLessThan(MAX_KEPT_BYTES * 2.5);
    const small = sent(4_000, 100, 1);
    expect(small.mostEvents).toBeLessThanOrEqual(MAX_KEPT_EVENTS + MAX_DELTAS + 2);
    expect(small.most).toBeLessThan(MAX_KEPT_BYTES);
  });

  test("are at most about three times the new content plus the first state", () => {
    const single = sent(200, 500_000, 5_000);
    const double = sent(400, 500_000, 5_000);
    expect(single.bytes).toBeLessThan(500_000 + 3 * 200 * 5_200);
    expect(double.bytes).toBeLessThan(2.2 * single.bytes);
  });
});
