import { expect, test } from "bun:test";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../src/log/index.ts";
import { FileJournal, type Journal } from "../../src/recovery/index.ts";
import { RedisJournal } from "../../src/recovery/redis/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { entry, journalContract } from "../support/journal-contract.ts";
import { startRedis } from "../support/redis.ts";
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
      const journal = new RedisJournal(redis, silentLogger);
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

test("a journal in a directory is not held up by what is damaged or does not belong there", async () => {
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
