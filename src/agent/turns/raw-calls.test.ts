import { describe, expect, test } from "bun:test";
import { AIMessage, AIMessageChunk } from "@langchain/core/messages";
import { rawCalls } from "./raw-calls.ts";

type Chunk = NonNullable<AIMessageChunk["tool_call_chunks"]>[number];

const streamed = (...chunks: Omit<Chunk, "type">[]) =>
  chunks
    .map((chunk) => new AIMessageChunk({ content: "", tool_call_chunks: [{ ...chunk, type: "tool_call_chunk" }] }))
    .reduce((whole, chunk) => whole.concat(chunk));

describe("the calls of a streamed answer", () => {
  test("are joined from their pieces", () => {
    const answer = streamed(
      { index: 0, id: "a", name: "ls", args: "" },
      { index: 0, args: '{"path":' },
      { index: 0, args: '"/"}' },
      { index: 1, id: "b", name: "ls" },
    );
    expect(rawCalls(answer)).toMatchObject([
      { id: "a", name: "ls", args: { path: "/" } },
      { id: "b", name: "ls", args: {} },
    ]);
  });

  test("are kept apart if they share only an index or an id", () => {
    const answer = streamed(
      { index: 0, id: "a", name: "one", args: "{}" },
      { index: 0, id: "b", name: "two", args: "{}" },
      { index: 1, id: "a", name: "three", args: "{}" },
    );
    expect(rawCalls(answer).map(({ name }) => name)).toEqual(["one", "two", "three"]);
  });

  test("have no arguments if these were cut off, although the agent library closes them", () => {
    const answer = streamed({ index: 0, id: "a", name: "write_file", args: '{"file_path":"b.txt","content":"half' });
    expect(answer.tool_calls).toMatchObject([{ args: { file_path: "b.txt", content: "half" } }]);
    expect(rawCalls(answer)).toMatchObject([{ name: "write_file", args: undefined }]);
  });

  test("have no arguments if these are not an object, or are nested too deeply", () => {
    for (const args of ["[1]", '"x"', "null", "1", "{", `{"a":${"[".repeat(60)}${"]".repeat(60)}}`])
      expect(rawCalls(streamed({ index: 0, id: "a", name: "ls", args }))).toMatchObject([{ args: undefined }]);
  });

  test("have neither id nor name if these are not strings", () => {
    const chunk = { index: 0, id: 7, name: { a: 1 }, args: "{}" } as never;
    expect(rawCalls(streamed(chunk))).toMatchObject([{ id: undefined, name: "" }]);
  });

  test("may lack an id and a name", () => {
    expect(rawCalls(streamed({ index: 0, args: "{}" }))).toEqual([{ id: undefined, name: "", args: {}, text: "{}" }]);
  });
});

test("the calls of an answer that was not streamed are read in the same way, including invalid ones", () => {
  const answer = new AIMessage({
    content: "",
    tool_calls: [{ id: "a", name: "ls", args: { path: "/" } }],
    invalid_tool_calls: [{ id: "b", name: "ls", args: '{"pa', error: "cut", type: "invalid_tool_call" }],
  });
  expect(rawCalls(answer)).toMatchObject([
    { id: "a", args: { path: "/" } },
    { id: "b", args: undefined, text: '{"pa' },
  ]);
});
