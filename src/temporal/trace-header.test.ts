import { describe, expect, test } from "bun:test";
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import { traceParentIn } from "./trace-header.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const VALID = `00-${TRACE}-${SPAN}-01`;
const read = (value: unknown) => traceParentIn({ "_tracer-data": defaultPayloadConverter.toPayload(value) });

describe("the trace context of an activity", () => {
  test("is read as the SDKs write it", () => {
    const state = "vendor=value";
    expect(read({ traceparent: VALID, tracestate: state })).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      isSampled: true,
      state,
    });
    expect(read({ traceparent: `00-${TRACE}-${SPAN}-00`, baggage: "a=b" })).toMatchObject({ isSampled: false });
  });

  test("may be of a later version, with more flags and fields", () => {
    expect(read({ traceparent: `cc-${TRACE}-${SPAN}-03-more` })).toMatchObject({ traceId: TRACE, isSampled: true });
  });

  test("without its state is used if the state is too long", () => {
    expect(read({ traceparent: VALID, tracestate: "a".repeat(513) })).toMatchObject({ spanId: SPAN, state: undefined });
  });

  test.each<[string, unknown]>([
    ["the forbidden version", { traceparent: `ff-${TRACE}-${SPAN}-01` }],
    ["more than its version has", { traceparent: `${VALID}-more` }],
    ["no id of a trace", { traceparent: `00-${"0".repeat(32)}-${SPAN}-01` }],
    ["no id of a span", { traceparent: `00-${TRACE}-${"0".repeat(16)}-01` }],
    ["capital letters", { traceparent: VALID.toUpperCase() }],
    ["a line break", { traceparent: `${VALID}\n` }],
    ["another type", { traceparent: [VALID] }],
    ["no fields", VALID],
    ["a list", [VALID]],
    ["null", null],
    ["more than 16 KB", { traceparent: VALID, baggage: "a".repeat(20_000) }],
  ])("is ignored if it has %s", (_, value) => {
    expect(read(value)).toBeUndefined();
  });

  test.each<[string, Payload | undefined]>([
    ["without data", {}],
    ["with no JSON", { data: new Uint8Array([0xff, 0x00]) }],
    ["that is missing", undefined],
  ])("is ignored in a payload %s", (_, payload) => {
    expect(traceParentIn(payload === undefined ? {} : { "_tracer-data": payload })).toBeUndefined();
  });
});
