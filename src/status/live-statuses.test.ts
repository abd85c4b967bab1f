import { expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { AgentExecutionStatusSchema, AgentMessageSchema } from "../stigmer/index.ts";
import { LiveStatuses } from "./live-statuses.ts";

const shown = (text: string, bytes = 1_000) => ({
  status: create(AgentExecutionStatusSchema, { messages: [create(AgentMessageSchema, { content: text })] }),
  bytes,
});

test("the status of a running execution is read when it is asked for", () => {
  const live = new LiveStatuses();
  let reads = 0;
  const read = () => shown(`read ${++reads}`);
  live.begin("one", read);
  expect(reads).toBe(0);
  expect(live.get("one")?.messages[0]?.text).toBe("read 1");
  expect(live.get("one")?.messages[0]?.text).toBe("read 2");
  live.end("one", read, shown("last"));
  expect(live.get("one")?.messages[0]?.text).toBe("last");
  expect(live.get("another")).toBeUndefined();
});

test("the end of an earlier attempt does not end the later one", () => {
  const live = new LiveStatuses();
  const [first, second] = [() => shown("first"), () => shown("second")];
  live.begin("one", first);
  live.begin("one", second);
  live.end("one", first, shown("end of the first"));
  expect(live.get("one")?.messages[0]?.text).toBe("second");
});

test("ended executions are kept within a number and within bytes, the newest ones", () => {
  const live = new LiveStatuses(50_000);
  const end = (id: string, bytes: number) => {
    const read = () => shown(id, bytes);
    live.begin(id, read);
    live.end(id, read, read());
  };
  for (let n = 0; n < 30; n++) end(`small-${n}`, 10);
  const kept = (prefix: string) =>
    Array.from({ length: 30 }, (_, n) => live.get(`${prefix}-${n}`)).filter(Boolean).length;
  expect(kept("small")).toBe(20);
  for (let n = 0; n < 30; n++) end(`large-${n}`, 15_000);
  expect([kept("large"), kept("small")]).toEqual([3, 0]);
  end("too large", 60_000);
  expect([live.get("too large"), kept("large")]).toEqual([undefined, 0]);
});
