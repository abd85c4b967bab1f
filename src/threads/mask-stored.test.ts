import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { emptyCheckpoint, uuid6 } from "@langchain/langgraph-checkpoint";
import { SecretMask } from "../shared/secret-mask.ts";
import { CheckpointSaver } from "./checkpoint-saver.ts";
import { SqliteCheckpointStorage } from "./sqlite/sqlite-checkpoint-storage.ts";

const SECRET = "hunter22-and-more";
const thread = { configurable: { thread_id: "thread-1", checkpoint_ns: "" } };

function open(...secrets: string[]) {
  const database = new Database(":memory:", { strict: true });
  const mask = new SecretMask();
  mask.add(secrets);
  const saver = new CheckpointSaver(new SqliteCheckpointStorage(database), 2, mask);
  const put = async (step: number, values: Record<string, unknown>, metadata: object = {}) => {
    const versions = Object.fromEntries(Object.keys(values).map((channel) => [channel, step]));
    const checkpoint = { ...emptyCheckpoint(), id: uuid6(step), channel_values: values, channel_versions: versions };
    return await saver.put(thread, checkpoint, { source: "loop", step, parents: {}, ...metadata }, versions);
  };
  const content = () => database.serialize().toString("latin1");
  return { saver, put, content };
}

/** A secret in every place of a conversation. */
const messages = (): BaseMessage[] => [
  new HumanMessage({ id: "h", content: [{ type: "text", text: `The key is ${SECRET}` }] }),
  new AIMessage({
    id: "a",
    content: `I use ${SECRET}`,
    tool_calls: [
      {
        id: "c1",
        name: "execute",
        args: { command: `echo ${SECRET}`, [SECRET]: [{ deep: SECRET }] },
        type: "tool_call",
      },
    ],
    additional_kwargs: { arguments: JSON.stringify({ command: `echo "${SECRET}"` }) },
  }),
  new ToolMessage({
    id: "t",
    content: btoa(SECRET),
    tool_call_id: "c1",
    name: "execute",
    artifact: { failure: SECRET },
  }),
];

describe("masking of stored threads", () => {
  test("removes secrets everywhere from the store, but not from the running conversation", async () => {
    const { saver, put, content } = open(SECRET);
    const conversation = messages();
    const config = await put(
      1,
      { messages: conversation, files: { a: SECRET }, bytes: Buffer.from(SECRET) },
      { note: SECRET },
    );
    await saver.putWrites(
      config,
      [
        ["messages", messages()],
        ["todos", [{ content: SECRET }]],
      ],
      "task-1",
    );
    expect(JSON.stringify(conversation)).toContain(SECRET);
    expect(content()).not.toContain("hunter22");
    expect(content()).not.toContain(btoa(SECRET).slice(0, 12));
  });

  test("keeps the conversation readable by the library", async () => {
    const { saver, put } = open(SECRET);
    await put(1, { messages: messages() });
    const found = (await saver.getTuple(thread))?.checkpoint.channel_values["messages"] as BaseMessage[];
    expect(found.map((message) => [message.type, message.id, message.text])).toEqual([
      ["human", "h", "The key is ***"],
      ["ai", "a", "I use ***"],
      ["tool", "t", "***U="],
    ]);
    expect((found[1] as AIMessage).tool_calls?.[0]).toMatchObject({
      id: "c1",
      name: "execute",
      args: { command: "echo ***", "***": [{ deep: "***" }] },
    });
    expect((found[2] as ToolMessage).tool_call_id).toBe("c1");
  });

  test("removes secrets that are numbers from arguments, and keeps the library's own numbers", async () => {
    const { put, content } = open("83746251");
    const call = { id: "c1", name: "unlock", args: { pin: 83_746_251, door: 83 }, type: "tool_call" } as const;
    const response_metadata = { tokens: 83_746_251 };
    await put(1, { messages: [new AIMessage({ id: "a", content: "", tool_calls: [call], response_metadata })] });
    expect(content()).toContain('"args":{"pin":"***","door":83}');
    expect(content()).toContain('"tokens":83746251');
  });

  test("keeps messages readable if a secret equals a word of the library", async () => {
    const { saver, put } = open("messages", "constructor", "human", "text", "kwargs", "content", "tool_call");
    await put(1, { messages: messages() });
    const found = (await saver.getTuple(thread))?.checkpoint.channel_values["messages"] as BaseMessage[];
    expect(found.map((message) => message.text)).toEqual(messages().map((message) => message.text));
  });

  test("stores unchanged messages under the same id again", async () => {
    const { saver, put, content } = open(SECRET);
    await put(1, { messages: messages() });
    const found = (await saver.getTuple(thread))?.checkpoint.channel_values["messages"] as BaseMessage[];
    await put(2, { messages: [...found, new HumanMessage({ id: "n", content: `Again ${SECRET}` })] });
    const again = (await saver.getTuple(thread))?.checkpoint.channel_values["messages"] as BaseMessage[];
    expect(again.map(({ text }) => text)).toEqual([...found.map(({ text }) => text), "Again ***"]);
    expect(content()).not.toContain("hunter22");
  });
});
