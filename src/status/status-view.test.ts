import { describe, expect, test } from "bun:test";
import type { AgentEvent } from "../agent/index.ts";
import { MASK } from "../shared/mask.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { finish } from "./finish.ts";
import { ERROR_LIMIT, MESSAGE_LIMIT } from "./limits.ts";
import { reduce } from "./reducer.ts";
import { initialState, type StatusState } from "./status-state.ts";
import { StatusView } from "./status-view.ts";

const SECRET = "sk-0123456789";
const at = new Date("2026-01-19T10:00:00.000Z");
const main = { actor: { kind: "main" }, at } as const;

function view(...secrets: string[]): StatusView {
  const mask = new SecretMask();
  mask.add(secrets);
  return new StatusView(mask);
}

const stateAfter = (state: StatusState, ...events: AgentEvent[]) => events.reduce<StatusState>(reduce, state);
const says = (text: string): AgentEvent => ({ ...main, type: "turn", turnId: "2", text, calls: [] });

/** An execution with a secret in every text there is. */
function leaky(): StatusState {
  const args = {
    command: `curl -H ${SECRET}`,
    [SECRET]: [{ deep: `x${SECRET}x` }],
    subagent_type: SECRET,
    description: SECRET,
  };
  const state = stateAfter(
    initialState(`My key is ${SECRET}`, "messages", at),
    {
      ...main,
      type: "turn",
      turnId: "1",
      text: `I use ${SECRET}`,
      calls: [
        { id: "c1", name: "execute", args: { command: `${SECRET} --help` } },
        { id: "c2", name: "task", args },
        { id: "c3", name: SECRET, args: {} },
      ],
    },
    { ...main, type: "tool-ended", callId: "c1", result: `key=${SECRET}`, failure: `bad key ${SECRET}` },
    { ...main, type: "tool-ended", callId: "c2", result: `done with ${SECRET}` },
    { ...main, type: "todos", todos: [{ content: `use ${SECRET}`, status: "pending" }] },
  );
  return finish(state, { phase: "failed", reason: `refused: ${SECRET}` }, at);
}

describe("masked status", () => {
  test("contains no secrets in any text", () => {
    const shown = JSON.stringify(view(SECRET).of(leaky()));
    expect(JSON.stringify(leaky().status)).toContain(SECRET);
    expect(shown).not.toContain(SECRET);
    expect(shown).toContain(`My key is ${MASK}`);
    expect(shown).toContain(`done with ${MASK}`);
    expect(shown).toContain(`refused: ${MASK}`);
  });

  test("is otherwise unchanged", () => {
    const state = leaky();
    expect(view().of(state)).toEqual(state.status);
  });

  test("leaves the state unchanged", () => {
    const state = leaky();
    view(SECRET).of(state);
    expect(state).toEqual(leaky());
  });
});

describe("growing message", () => {
  const growing = stateAfter(initialState("Hello", "tokens", at), {
    ...main,
    type: "text",
    turnId: "1",
    text: "It is sk-0123",
  });

  test("withholds its end if that may be the beginning of a secret", () => {
    expect(view(SECRET).of(growing).messages.at(-1)?.content).toBe("It is ");
  });

  test("is not shown while its whole text is withheld", () => {
    const says = (text: string): AgentEvent => ({ ...main, type: "text", turnId: "1", text });
    const state = stateAfter(initialState("Hello", "tokens", at), says("sk-0123"));
    const shown = view(SECRET);
    expect(shown.of(state).messages.map(({ content }) => content)).toEqual(["Hello"]);
    const more = stateAfter(state, says("!"));
    expect(shown.of(more).messages.map(({ content }) => content)).toEqual(["Hello", "sk-0123!"]);
  });

  test("shows a constant head when it exceeds the limit", () => {
    const says = (text: string): AgentEvent => ({ ...main, type: "text", turnId: "1", text });
    const state = stateAfter(initialState("Hello", "tokens", at), says("x".repeat(MESSAGE_LIMIT + 1)));
    const last = (of: StatusState) => view(SECRET).of(of).messages.at(-1)?.content ?? "";
    expect(last(state)).toEndWith("x\n[… it goes on …]");
    expect(last(stateAfter(state, says("y".repeat(1_000))))).toBe(last(state));
  });

  test("is shown completely when it is finished", () => {
    const whole = stateAfter(growing, { ...main, type: "turn", turnId: "1", text: "It is sk-0123", calls: [] });
    expect(view(SECRET).of(whole).messages.at(-1)?.content).toBe("It is sk-0123");
  });
});

describe("texts over the limit", () => {
  test("are cut with a note", () => {
    const [human, answer] = view().of(
      stateAfter(initialState("h".repeat(MESSAGE_LIMIT + 7), "messages", at), says("a".repeat(MESSAGE_LIMIT + 9))),
    ).messages;
    expect(human?.content).toContain("[… 7 characters cut …]");
    expect(answer?.content).toContain("[… 9 characters cut …]");
    expect(answer?.content.length).toBeLessThan(MESSAGE_LIMIT + 100);
  });

  test("are cut in errors too", () => {
    const failed = finish(
      initialState("Hello", "messages", at),
      { phase: "failed", reason: "e".repeat(ERROR_LIMIT * 2) },
      at,
    );
    const { error } = view().of(failed);
    expect(error).toContain(`${ERROR_LIMIT} characters cut`);
    expect(error.length).toBeLessThan(ERROR_LIMIT + 100);
  });

  test("are well-formed Unicode after cutting, as protobuf requires", () => {
    const [human, answer] = view().of(
      stateAfter(initialState("a\ud83d", "messages", at), says("😀".repeat(MESSAGE_LIMIT))),
    ).messages;
    expect(human?.content.isWellFormed()).toBe(true);
    expect(answer?.content.isWellFormed()).toBe(true);
  });
});

test("a view returns the same object if the result is equal, also when secrets of other executions change", () => {
  const mask = new SecretMask();
  mask.add([SECRET]);
  const shown = new StatusView(mask);
  const state = leaky();
  const first = shown.of(state);
  const take = mask.add(["the secret of another"]);
  const second = shown.of(state);
  take();
  const third = shown.of(state);
  for (const [index, message] of first.messages.entries()) {
    expect(second.messages[index]).toBe(message);
    expect(third.messages[index]).toBe(message);
  }
  for (const [index, call] of first.toolCalls.entries()) expect(third.toolCalls[index]).toBe(call);
  expect(third.todos["todo-1"]).toBe(first.todos["todo-1"] ?? expect.unreachable());
  mask.add(["I use"]);
  expect(shown.of(state).messages[1]?.content).toBe(`${MASK} ${MASK}`);
});

test("a view returns the same object for unchanged elements, so that they are not measured again", () => {
  const shown = view(SECRET);
  const before = leaky();
  const first = shown.of(before);
  const second = shown.of(stateAfter(before, says("More")));
  expect([first.messages.length, first.toolCalls.length]).not.toContain(0);
  for (const [index, message] of first.messages.entries()) expect(second.messages[index]).toBe(message);
  for (const [index, call] of first.toolCalls.entries()) expect(second.toolCalls[index]).toBe(call);
  expect(second.messages.at(-2)).toBe(first.messages.at(-1) ?? expect.unreachable());
});
