import { describe, expect, test } from "bun:test";
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import { protobufJsonCodec, TYPE_KEY, typeUrl } from "./payload-codec.ts";

const TYPE = "ai.stigmer.agentic.agentexecution.v1.AgentExecution";
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array | null | undefined) => new TextDecoder().decode(data ?? new Uint8Array());

/** A payload as the Stigmer server sends a protobuf message. */
function protobufPayload(json: string): Payload {
  return { metadata: { encoding: bytes("json/protobuf"), messageType: bytes(TYPE) }, data: bytes(json) };
}

async function decoded(payload: Payload): Promise<unknown> {
  const [plain] = await protobufJsonCodec.decode([payload]);
  return defaultPayloadConverter.fromPayload(plain ?? {});
}

async function encoded(value: unknown): Promise<{ metadata: Record<string, string>; json: unknown }> {
  const [payload] = await protobufJsonCodec.encode([defaultPayloadConverter.toPayload(value)]);
  const metadata = Object.entries(payload?.metadata ?? {}).map(([key, data]) => [key, text(data)] as const);
  return { metadata: Object.fromEntries(metadata), json: JSON.parse(text(payload?.data)) };
}

describe("incoming protobuf message", () => {
  test("becomes a plain object with its type, including unknown fields", async () => {
    expect(await decoded(protobufPayload('{"metadata":{"id":"aex-1"},"newerField":1}'))).toEqual({
      [TYPE_KEY]: `type.googleapis.com/${TYPE}`,
      metadata: { id: "aex-1" },
      newerField: 1,
    });
  });
});

describe("outgoing protobuf message", () => {
  test("has its type in the metadata and no @type in its data, because the server decodes strictly", async () => {
    expect(await encoded({ [TYPE_KEY]: typeUrl(TYPE), phase: "EXECUTION_FAILED", error: "é 😀" })).toEqual({
      metadata: { encoding: "json/protobuf", messageType: TYPE },
      json: { phase: "EXECUTION_FAILED", error: "é 😀" },
    });
  });

  test("equals the incoming one if it is only passed on", async () => {
    const sent = protobufPayload('{"spec":{"message":"hi"}}');
    expect(await encoded(await decoded(sent))).toEqual({
      metadata: { encoding: "json/protobuf", messageType: TYPE },
      json: { spec: { message: "hi" } },
    });
  });
});

describe("other payloads", () => {
  for (const value of ["thread-1", { "@type": "something else" }, { a: 1, "@type": typeUrl(TYPE) }, [1], 7, null]) {
    test(`passes unchanged: ${JSON.stringify(value)}`, async () => {
      const payload = defaultPayloadConverter.toPayload(value) ?? {};
      expect(await protobufJsonCodec.encode([payload])).toEqual([payload]);
      expect(await protobufJsonCodec.decode([payload])).toEqual([payload]);
    });
  }

  test("pass unchanged without a value", async () => {
    const payload = defaultPayloadConverter.toPayload(undefined) ?? {};
    expect(await protobufJsonCodec.encode([payload])).toEqual([payload]);
    expect(await protobufJsonCodec.decode([payload])).toEqual([payload]);
  });
});

test("payloads keep their order", async () => {
  const payloads = [protobufPayload('{"n":1}'), defaultPayloadConverter.toPayload("two"), protobufPayload('{"n":3}')];
  const plain = await protobufJsonCodec.decode(payloads.map((payload) => payload ?? {}));
  expect(plain.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([
    { [TYPE_KEY]: typeUrl(TYPE), n: 1 },
    "two",
    { [TYPE_KEY]: typeUrl(TYPE), n: 3 },
  ]);
});
