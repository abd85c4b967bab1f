import { expect, test } from "bun:test";
import type { AgentEvent } from "../agent/index.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { maskEvent } from "./mask-event.ts";

const SECRET = "sk-0123456789";
const PIN = 83_746_251;
const base = { actor: { kind: "main" }, at: new Date(0) } as const;

/** An event of each type that is masked, with a secret in every text of it. A new type is a type error here. */
const EVENTS: { readonly [T in Exclude<AgentEvent["type"], "text" | "text-withdrawn" | "tool-started">]: AgentEvent } =
  {
    turn: {
      ...base,
      type: "turn",
      turnId: "1",
      text: `I use ${SECRET}`,
      calls: [
        {
          id: "c1",
          name: `tool_${SECRET}`,
          args: {
            [SECRET]: [{ deep: `x${SECRET}x`, pin: PIN }],
            list: [PIN, -PIN, 83_746_251.5],
            url: `?k=${btoa(SECRET)}`,
          },
        },
      ],
    },
    "tool-ended": {
      ...base,
      type: "tool-ended",
      callId: "c1",
      result: `key=${SECRET}`,
      failure: `no such key ${SECRET}`,
    },
    todos: { ...base, type: "todos", todos: [{ content: `use ${SECRET}`, status: "pending" }] },
    notice: { ...base, type: "notice", text: `The server "files" failed: bad key ${SECRET}.` },
  };

function maskOf(...secrets: string[]): SecretMask {
  const mask = new SecretMask();
  mask.add(secrets);
  return mask;
}

for (const actor of [{ kind: "main" }, { kind: "sub-agent", callId: "c0" }] as const) {
  test.each(Object.values(EVENTS))(`an event of the ${actor.kind} agent shows no secret: $type`, (event) => {
    const masked = JSON.stringify(maskEvent({ ...event, actor }, maskOf(SECRET, String(PIN))));
    for (const leak of [SECRET, String(PIN), btoa(SECRET).slice(0, 12)]) expect(masked).not.toContain(leak);
    expect(masked).toContain("***");
  });
}

test.each(Object.values(EVENTS))("an event without secrets stays as it is: $type", (event) => {
  expect(maskEvent(event, maskOf("another-secret"))).toEqual(event);
});
