import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { silentLogger } from "../../src/log/index.ts";
import { FileJournal, type Journal, type JournalEntry } from "../../src/recovery/index.ts";
import { RedisJournal } from "../../src/recovery/redis/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { yieldToEventLoop } from "../../src/shared/time.ts";
import { until } from "../support/eventually.ts";
import { entry, journalContract } from "../support/journal-contract.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

journalContract("a directory", async () => {
  const folder = await temporaryFolder();
  return {
    open: async () => new FileJournal(join(folder.path, "running"), silentLogger),
    // Its lock ends with it; its entries stay.
    kill: async (journal) => await journal.close(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

journalContract("Redis", async () => {
  const server = await startRedis();
  const redis = await RedisConnection.open(server.config, silentLogger);
  const journals: Journal[] = [];
  return {
    open: async () => {
      const journal = new RedisJournal(redis, "default", silentLogger);
      journals.push(journal);
      return journal;
    },
    kill: async (journal) => {
      await journal.close();
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(journals.map((journal) => journal.close()));
      redis.close();
      await server[Symbol.asyncDispose]();
    },
  };
});

test("a journal directory gives nothing of a runner that began many executions at once", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "running");
  const [one, other] = [new FileJournal(directory, silentLogger), new FileJournal(directory, silentLogger)];
  const ids = Array.from({ length: 20 }, (_, index) => `aex-${index}`);
  await Promise.all(ids.map((id) => one.begin(entry(id))));
  // A lock that nothing refers to would end.
  Bun.gc(true);
  await yieldToEventLoop();
  expect(await other.takeAbandoned()).toEqual([]);
  await one.close();
  const found = (await other.takeAbandoned()).map(({ executionId }) => executionId);
  expect(found.toSorted()).toEqual(ids.toSorted());
});

test("a journal directory is never without its lock", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "running");
  for (let round = 0; round < 20; round++) {
    const [one, other] = [new FileJournal(directory, silentLogger), new FileJournal(directory, silentLogger)];
    let isBegun = false;
    const beginning = one.begin(entry("aex-1")).finally(() => {
      isBegun = true;
    });
    while (!isBegun) expect(await other.takeAbandoned()).toEqual([]);
    await beginning;
    await one.close();
    expect(await other.takeAbandoned()).toEqual([entry("aex-1")]);
    await other.end("aex-1");
    await other.close();
  }
});

test("a journal directory tolerates damaged and unrelated files", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "running");
  const one = new FileJournal(directory, silentLogger);
  await one.begin(entry("aex-1"));
  await one.begin(entry("aex-2"));
  await one.close();
  const [own = ""] = await readdir(directory);
  const files = (await readdir(join(directory, own))).filter((file) => file.endsWith(".json"));
  for (const file of files) {
    const path = join(directory, own, file);
    if ((await readFile(path, "utf8")).includes("aex-1")) await writeFile(path, '{"executionId": "ae');
  }
  await writeFile(join(directory, "stray"), "");
  const found = await new FileJournal(directory, silentLogger).takeAbandoned();
  expect(found.map(({ executionId }) => executionId)).toEqual(["aex-2"]);
});

test("a journal directory returns what it can read and keeps the rest", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "running");
  const one = new FileJournal(directory, silentLogger);
  await one.begin(entry("aex-1"));
  await one.close();
  // Whatever the order in which they are found.
  const damaged = ["0000", "zzzz"].map((name) => join(directory, name));
  for (const place of damaged) await mkdir(join(place, "no-file.json"), { recursive: true });
  const other = new FileJournal(directory, silentLogger);
  expect(await other.takeAbandoned()).toEqual([entry("aex-1")]);
  for (const place of damaged) {
    await rm(join(place, "no-file.json"), { recursive: true });
    await writeFile(join(place, "file.json"), JSON.stringify(entry(basename(place))));
  }
  const found = (await other.takeAbandoned()).map(({ executionId }) => executionId);
  expect(found.sort()).toEqual(["0000", "zzzz"]);
});

describe("journal in Redis after a runner's key expired", () => {
  let server: TestRedis;
  let redis: RedisConnection;
  const journals: RedisJournal[] = [];
  beforeEach(async () => {
    server = await startRedis();
    redis = await RedisConnection.open(server.config, silentLogger);
  });
  afterEach(async () => {
    await Promise.all(journals.splice(0).map((journal) => journal.close()));
    redis.close();
    await server[Symbol.asyncDispose]();
  });

  const open = (namespace = "default") => {
    const journal = new RedisJournal(redis, namespace, silentLogger);
    journals.push(journal);
    return journal;
  };
  /** What a journal takes if no runner is known to live. */
  const takenByMistake = async (journal: RedisJournal) => {
    const found: JournalEntry[] = [];
    await until("it is taken", async () => {
      const keys = (await server.command("KEYS", "stigmer:agent-runner:alive:*")) as string[];
      if (keys.length > 0) await server.command("DEL", ...keys);
      found.push(...(await journal.takeAbandoned()));
      return found.length > 0;
    });
    return found;
  };

  test("returns an execution to its runner, and to others if that is killed", async () => {
    const [one, other, third] = [open(), open(), open()];
    await one.begin(entry("aex-1"));
    expect(await takenByMistake(other)).toEqual([entry("aex-1")]);
    await other.giveBack("aex-1");
    await one.close();
    expect(await third.takeAbandoned()).toEqual([entry("aex-1")]);
  });

  test("keeps an entry that its runner has written again", async () => {
    const [one, other, third] = [open(), open(), open()];
    await one.begin(entry("aex-1"));
    await takenByMistake(other);
    await one.begin(entry("aex-2"));
    await other.end("aex-1");
    await one.close();
    const found = (await third.takeAbandoned()).map(({ executionId }) => executionId);
    expect(found.sort()).toEqual(["aex-1", "aex-2"]);
  });

  test("is written again after Redis lost it", async () => {
    const one = open();
    await one.begin(entry("aex-1"));
    await server.command("FLUSHALL");
    await until("it is noted again", async () => {
      const noted = (await server.command("HGETALL", "stigmer:agent-runner:running:default")) as string[];
      return noted.includes("aex-1");
    });
    await one.close();
    expect(await open().takeAbandoned()).toEqual([entry("aex-1")]);
  });

  test("takes nothing of other Temporal namespaces", async () => {
    const one = open("one");
    await one.begin(entry("aex-1"));
    await one.close();
    expect(await open("other").takeAbandoned()).toEqual([]);
    expect(await open("one").takeAbandoned()).toEqual([entry("aex-1")]);
  });

  test("takes an execution again if the reply was lost", async () => {
    const one = open();
    await one.begin(entry("aex-1"));
    const key = "stigmer:agent-runner:running:default";
    const [, text = ""] = (await server.command("HGETALL", key)) as string[];
    await server.command("HSET", key, "aex-2", text.replaceAll("aex-1", "aex-2"));
    expect(await one.takeAbandoned()).toEqual([entry("aex-2")]);
    await one.end("aex-2");
    expect(await one.takeAbandoned()).toEqual([]);
  });
});
