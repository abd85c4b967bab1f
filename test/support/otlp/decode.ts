/** Reads OTLP's protobuf messages, independently of the library that writes them. */
import { BinaryReader } from "@bufbuild/protobuf/wire";

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: "internal" | "client" | "other";
  /** In ms since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  /** `undefined` unless it is an error. */
  readonly error: string | undefined;
  /** Attributes of the program that sent it. */
  readonly resource: Attributes;
}

type Value = string | number | boolean | readonly Value[];
type Attributes = Readonly<Record<string, Value>>;

/** Numbers of fields, and what is done with each. The others are skipped. */
type Fields = Readonly<Record<number, (reader: BinaryReader) => void>>;

function read(bytes: Uint8Array, fields: Fields): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const known = fields[field];
    if (known === undefined) reader.skip(type);
    else known(reader);
  }
}

/** The spans of an ExportTraceServiceRequest. */
export function spansOf(request: Uint8Array): ReceivedSpan[] {
  const spans: ReceivedSpan[] = [];
  read(request, { 1: (reader) => spans.push(...resourceSpans(reader.bytes())) });
  return spans;
}

function resourceSpans(bytes: Uint8Array): ReceivedSpan[] {
  const resource: Record<string, Value> = {};
  const spans: Uint8Array[] = [];
  read(bytes, {
    1: (reader) => read(reader.bytes(), { 1: (inner) => attribute(inner.bytes(), resource) }),
    2: (reader) => read(reader.bytes(), { 2: (inner) => spans.push(inner.bytes()) }),
  });
  return spans.map((each) => span(each, resource));
}

const KINDS = new Map<number, ReceivedSpan["kind"]>([
  [1, "internal"],
  [3, "client"],
]);
const ERROR = 2;

function span(bytes: Uint8Array, resource: Attributes): ReceivedSpan {
  const attributes: Record<string, Value> = {};
  const found = { traceId: "", spanId: "", parentId: "", traceState: "", name: "", start: 0, end: 0 };
  let kind: ReceivedSpan["kind"] = "other";
  const status = { code: 0, message: "" };
  const milliseconds = (reader: BinaryReader) => Number(BigInt(reader.fixed64())) / 1e6;
  read(bytes, {
    1: (reader) => (found.traceId = reader.bytes().toHex()),
    2: (reader) => (found.spanId = reader.bytes().toHex()),
    3: (reader) => (found.traceState = reader.string()),
    4: (reader) => (found.parentId = reader.bytes().toHex()),
    5: (reader) => (found.name = reader.string()),
    6: (reader) => (kind = KINDS.get(reader.int32()) ?? "other"),
    7: (reader) => (found.start = milliseconds(reader)),
    8: (reader) => (found.end = milliseconds(reader)),
    9: (reader) => attribute(reader.bytes(), attributes),
    15: (reader) =>
      read(reader.bytes(), {
        2: (inner) => (status.message = inner.string()),
        3: (inner) => (status.code = inner.int32()),
      }),
  });
  return { ...found, kind, attributes, resource, error: status.code === ERROR ? status.message : undefined };
}

function attribute(bytes: Uint8Array, attributes: Record<string, Value>): void {
  let key = "";
  read(bytes, {
    1: (reader) => (key = reader.string()),
    2: (reader) => (attributes[key] = value(reader.bytes())),
  });
}

function value(bytes: Uint8Array): Value {
  let found: Value = "";
  read(bytes, {
    1: (reader) => (found = reader.string()),
    2: (reader) => (found = reader.bool()),
    3: (reader) => (found = Number(reader.int64())),
    4: (reader) => (found = reader.double()),
    5: (reader) => {
      const list: Value[] = [];
      read(reader.bytes(), { 1: (inner) => list.push(value(inner.bytes())) });
      found = list;
    },
  });
  return found;
}
