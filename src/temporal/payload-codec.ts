import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from "@temporalio/common";
import { decode, encode } from "@temporalio/common/lib/encoding";

/** The encoding of protobuf messages in payloads: the data is ProtoJSON, `messageType` names the message. */
const PROTOBUF_JSON = "json/protobuf";
const PLAIN_JSON = "json/plain";
const MESSAGE_TYPE_KEY = "messageType";

/** Key that marks a JSON object as a protobuf message, as in the ProtoJSON form of `google.protobuf.Any`. */
export const TYPE_KEY = "@type";
const TYPE_PREFIX = "type.googleapis.com/";

/** A protobuf message in workflows and activities: its ProtoJSON with its type in `@type`. */
export type TypedJson = Readonly<Record<string, unknown>>;

/** The `@type` of a message. */
export function typeUrl(typeName: string): string {
  return `${TYPE_PREFIX}${typeName}`;
}

/**
 * Converts between `json/protobuf` payloads and plain JSON objects with their type in `@type`.
 *
 * It is a codec and not a payload converter because the SDK loads converters from a file path, which a compiled program
 * does not have, and again inside the workflow sandbox. Codecs are values and run outside of the sandbox.
 */
export const protobufJsonCodec: PayloadCodec = {
  decode: async (payloads) => payloads.map(fromProtobufJson),
  encode: async (payloads) => payloads.map(toProtobufJson),
};

function fromProtobufJson(payload: Payload): Payload {
  if (metadataOf(payload, METADATA_ENCODING_KEY) !== PROTOBUF_JSON) return payload;
  const type = metadataOf(payload, MESSAGE_TYPE_KEY) ?? "";
  const message = JSON.parse(decode(payload.data ?? new Uint8Array())) as Record<string, unknown>;
  return {
    metadata: { ...payload.metadata, [METADATA_ENCODING_KEY]: encode(PLAIN_JSON) },
    data: encode(JSON.stringify({ [TYPE_KEY]: typeUrl(type), ...message })),
  };
}

/** The first bytes of a stringified {@link TypedJson}, whose first key is `@type`. */
const TYPED_JSON_START = `{"${TYPE_KEY}":"${TYPE_PREFIX}`;

function toProtobufJson(payload: Payload): Payload {
  if (metadataOf(payload, METADATA_ENCODING_KEY) !== PLAIN_JSON) return payload;
  const text = decode(payload.data ?? new Uint8Array());
  if (!text.startsWith(TYPED_JSON_START)) return payload;
  const { [TYPE_KEY]: url, ...message } = JSON.parse(text) as Record<string, unknown>;
  return {
    metadata: {
      ...payload.metadata,
      [METADATA_ENCODING_KEY]: encode(PROTOBUF_JSON),
      [MESSAGE_TYPE_KEY]: encode(String(url).slice(TYPE_PREFIX.length)),
    },
    data: encode(JSON.stringify(message)),
  };
}

function metadataOf(payload: Payload, key: string): string | undefined {
  const value = payload.metadata?.[key];
  return value === undefined || value === null ? undefined : decode(value);
}
