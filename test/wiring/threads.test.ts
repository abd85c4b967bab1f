import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { emptyCheckpoint, uuid6 } from "@langchain/langgraph-checkpoint";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { openStore, remembered, type StoreAddress, talk } from "../support/thread-stores.ts";

let folder: TemporaryFolder;
let server: TestRedis;
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startRedis({ persistent: true });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const stores: readonly (readonly [string, () => StoreAddress, () => Promise<number>])[] = [
  ["SQLite", () => ({ sqlite: folder.path }), sizeOfFiles],
  ["Redis", () => ({ redis: server.config }), sizeOfRedis],
];

async function sizeOfFiles(): Promise<number> {
  const names = (await readdir(folder.path)).filter((name) => name.startsWith("threads.db"));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder.path, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Of all keys. The memory of the whole server also depends on what it frees when. */
async function sizeOfRedis(): Promise<number> {
  const keys = (await server.command("KEYS", "*")) as string[];
  const sizes = await Promise.all(keys.map((key) => server.command("MEMORY", "USAGE", key, "SAMPLES", "0")));
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
}

function writer(address: StoreAddress, threadId: string, turns: number, mark: string) {
  const script = join(import.meta.dir, "../support/thread-writer.ts");
  return Bun.spawn(["bun", script, JSON.stringify(address), threadId, String(turns), mark], {
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Waits until the writer has told of that many turns; it goes on with the next one. */
async function hasWritten(child: ReturnType<typeof writer>, turns: number): Promise<void> {
  let told = "";
  for await (const chunk of child.stdout) {
    told += new TextDecoder().decode(chunk);
    if (told.split("\n").length > turns) return;
  }
  throw new Error(`the writer has ended: ${await new Response(child.stderr).text()}`);
}

for (const [name, address, size] of stores) {
  describe(`threads in ${name}`, () => {
    test("contain no secrets of an execution", async () => {
      const { store, close } = await openStore(address());
      const mask = new SecretMask();
      mask.add(["hunter22-and-more"]);
      const secret = new HumanMessage(`It is hunter22-and-more, ${btoa("hunter22-and-more")}`);
      await talk({ openSaver: () => store.openSaver(mask) }, "secret", secret);
      expect(await remembered(store, "secret")).toEqual(["It is ***, ***U=", "Answer 1"]);
      const tuples = await Array.fromAsync((await store.openSaver()).list({ configurable: { thread_id: "secret" } }));
      expect(JSON.stringify(tuples)).not.toMatch(/hunter22|aHVudGVyMj/);
      await close();
    });

    test("can be continued by another process", async () => {
      const child = writer(address(), "continued", 2, "other");
      expect(await child.exited).toBe(0);
      const { store, close } = await openStore(address());
      await talk(store, "continued", new HumanMessage("mine"));
      expect(await remembered(store, "continued")).toEqual([
        "other-0",
        "Answer 1",
        "other-1",
        "Answer 3",
        "mine",
        "Answer 5",
      ]);
      await close();
    });

    test("stay consistent when two processes write to one at the same time", async () => {
      const children = ["a", "b"].map((mark) => writer(address(), "shared", 40, mark));
      const ends = children.map(async (child) => [await new Response(child.stderr).text(), await child.exited]);
      expect(await Promise.all(ends)).toEqual([
        ["", 0],
        ["", 0],
      ]);
      const { store, close } = await openStore(address());
      const texts = await remembered(store, "shared");
      // One of them wrote last: its conversation is complete.
      expect(texts.at(-1)).toStartWith("Answer");
      expect(texts.some((text) => text.endsWith("-39"))).toBe(true);
      const next = await talk(store, "shared", new HumanMessage("after"));
      expect(next.slice(0, texts.length).map((message) => message.text)).toEqual(texts);
      await close();
    });

    test("keep a message that another process deleted meanwhile", async () => {
      const [mine, theirs] = [await openStore(address()), await openStore(address())];
      const put = async ({ store }: typeof mine, step: number, messages: readonly BaseMessage[]) => {
        const checkpoint = {
          ...emptyCheckpoint(),
          id: uuid6(step),
          channel_values: { messages },
          channel_versions: { messages: step },
        };
        const config = { configurable: { thread_id: "removed", checkpoint_ns: "" } };
        await (await store.openSaver()).put(
          config,
          checkpoint,
          { source: "loop", step, parents: {} },
          { messages: step },
        );
      };
      const message = new HumanMessage({ id: "1", content: "mine" });
      await put(mine, 1, [message]);
      for (const step of [2, 3]) await put(theirs, step, [new HumanMessage({ id: "2", content: "theirs" })]);
      await theirs.store.compact("removed");
      await put(mine, 4, [message, new AIMessage({ id: "3", content: "answer" })]);
      expect(await remembered(theirs.store, "removed")).toEqual(["mine", "answer"]);
      await Promise.all([mine.close(), theirs.close()]);
    });

    test("keep the messages of writes whose checkpoint is not stored yet", async () => {
      const [mine, theirs] = [await openStore(address()), await openStore(address())];
      const saver = await mine.store.openSaver();
      const config = { configurable: { thread_id: "written-early", checkpoint_ns: "" } };
      const checkpoint = emptyCheckpoint();
      const written = { configurable: { ...config.configurable, checkpoint_id: checkpoint.id } };
      await saver.putWrites(written, [["messages", [new HumanMessage({ id: "1", content: "early" })]]], "task-1");
      await theirs.store.compact("written-early");
      await saver.put(config, checkpoint, { source: "loop", step: 1, parents: {} }, {});
      const tuple = await (await theirs.store.openSaver()).getTuple(config);
      const [[, , messages] = []] = tuple?.pendingWrites ?? [];
      expect((messages as BaseMessage[]).map(({ text }) => text)).toEqual(["early"]);
      await Promise.all([mine.close(), theirs.close()]);
    });

    test("stay consistent when a process is killed while writing", async () => {
      let before = 0;
      for (let round = 0; round < 5; round++) {
        const child = writer(address(), "killed", 100_000, `round${round}`);
        const turns = 3 + 4 * round;
        await hasWritten(child, turns);
        child.kill("SIGKILL");
        await child.exited;
        const { store, close } = await openStore(address());
        const texts = await remembered(store, "killed");
        expect(texts.length).toBeGreaterThanOrEqual(before + 2 * turns);
        const next = await talk(store, "killed", new HumanMessage("still there"));
        expect(next.slice(0, texts.length).map((message) => message.text)).toEqual(texts);
        before = next.length;
        await close();
      }
    });

    test("grow by what is said in a turn, not by what was said before it", async () => {
      let [stored, said] = [await size(), 0];
      /** Bytes stored for each byte that was said, in some more turns. */
      const growthIn = async (turns: number): Promise<number> => {
        const [storedBefore, saidBefore] = [stored, said];
        const { store, close } = await openStore(address());
        for (let turn = 0; turn < turns; turn++) {
          const messages = await talk(store, "long", new HumanMessage("As people say things to each other."));
          said = messages.reduce((sum, message) => sum + JSON.stringify(message).length, 0);
        }
        await close();
        stored = await size();
        return (stored - storedBefore) / (said - saidBefore);
      };
      // What a thread has from its first turns on is no growth.
      await growthIn(50);
      const early = await growthIn(100);
      const late = await growthIn(100);
      // Redis allocates in steps. With the ids of all messages in each checkpoint it would be more than twice as much.
      expect(late).toBeLessThan(early * 1.4);
      expect(late).toBeLessThan(4);
      const { store, close } = await openStore(address());
      expect((await remembered(store, "long")).length).toBe(500);
      await store.delete("long");
      expect(await remembered(store, "long")).toEqual([]);
      await close();
    });
  });
}
