import { expect, test } from "bun:test";
import { create, fromJson, toJson } from "@bufbuild/protobuf";
import { SecretMask } from "../shared/secret-mask.ts";
import { NO_USAGE, ofOneCall } from "../shared/token-usage.ts";
import { AgentExecutionStatusSchema } from "../stigmer/index.ts";
import { finish } from "./finish.ts";
import { maskEvent } from "./mask-event.ts";
import { reduce } from "./reducer.ts";
import { initialState, stateOf } from "./status-state.ts";
import { StatusView } from "./status-view.ts";
import { withTotalUsage } from "./usage-metadata.ts";

const at = new Date("2026-01-19T10:00:00Z");
const main = { actor: { kind: "main" }, at } as const;
const usage = { inputTokens: 1_200, cachedInputTokens: 1_000, outputTokens: 30 };
const mask = new SecretMask();
mask.add(["my-secret-model"]);
const answer = { ...main, type: "turn", turnId: "1", calls: [], usage } as const;

test("an answer has its model and usage, the last message also the sum, in strict ProtoJSON", () => {
  const event = maskEvent({ ...answer, text: "Yes.", model: "openai:my-secret-model" }, mask);
  const ended = finish(reduce(initialState("Hi", "messages", at), event), { phase: "completed" }, at);
  const status = new StatusView(mask).of(withTotalUsage(ended, { ...ofOneCall(usage), modelCalls: 2 }));
  const json = toJson(AgentExecutionStatusSchema, status);
  expect(toJson(AgentExecutionStatusSchema, fromJson(AgentExecutionStatusSchema, json))).toEqual(json);
  expect(status.messages.at(-1)?.metadata).toEqual({
    model: expect.stringMatching(/^openai:\*+/),
    input_tokens: 1_200,
    output_tokens: 30,
    cached_input_tokens: 1_000,
    total_usage: { model_calls: 2, input_tokens: 1_200, output_tokens: 30, cached_input_tokens: 1_000 },
    // Perhaps a summary, whose provider said nothing of its tokens.
    other_usage: { model_calls: 1, input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 },
  });
  expect(JSON.stringify(json)).not.toContain("my-secret-model");
});

test("a growing message gets its metadata when it is complete", () => {
  const grown = reduce(initialState("Hi", "tokens", at), { ...main, type: "text", turnId: "1", text: "Yes" });
  expect(grown.status.messages.at(-1)?.metadata).toBeUndefined();
  const { content, metadata } = reduce(grown, { ...answer, text: "Yes." }).status.messages.at(-1) ?? {};
  expect([content, metadata?.["input_tokens"]]).toEqual(["Yes.", 1_200]);
});

test("nothing is added if no model was called, or if there is no message", () => {
  const state = initialState("Hi", "messages", at);
  expect(withTotalUsage(state, NO_USAGE)).toBe(state);
  const empty = stateOf(create(AgentExecutionStatusSchema));
  expect(withTotalUsage(empty, ofOneCall(usage))).toBe(empty);
});
