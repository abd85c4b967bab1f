/** The contract of every journal of executions. */
import { describe, expect, test } from "bun:test";
import type { Journal, JournalEntry } from "../../src/recovery/index.ts";
import { until } from "./eventually.ts";

export interface JournalSubject extends AsyncDisposable {
  /** A runner's journal; all of one subject share what they are kept in. */
  open(): Promise<Journal>;
  /** Ends a runner as a crash would. */
  kill(journal: Journal): Promise<void>;
}

export function entry(executionId: string): JournalEntry {
  const ids = { threadId: "thread-1", workflowId: `invoke/${executionId}`, runId: "run-1", activityId: "2" };
  return { executionId, ...ids, startedAt: "2026-01-19T10:00:00.123Z" };
}

export function journalContract(name: string, subject: () => Promise<JournalSubject>): void {
  describe(`a journal in ${name}`, () => {
    const taken = async (journal: Journal) => (await journal.takeAbandoned()).map(({ executionId }) => executionId);

    test("gives nothing of a runner that lives", async () => {
      await using all = await subject();
      const [one, other] = [await all.open(), await all.open()];
      await one.begin(entry("aex-1"));
      expect(await taken(other)).toEqual([]);
      expect(await taken(one)).toEqual([]);
    });

    test("gives what a runner left that was killed, once, and as it was noted", async () => {
      await using all = await subject();
      const [one, other, third] = [await all.open(), await all.open(), await all.open()];
      await one.begin(entry("aex-1"));
      await one.begin(entry("aex-2"));
      await one.end("aex-1");
      await all.kill(one);
      const found: JournalEntry[] = [];
      await until("it is given", async () => {
        found.push(...(await other.takeAbandoned()));
        return found.length > 0;
      });
      expect(found).toEqual([entry("aex-2")]);
      expect(await taken(third)).toEqual([]);
      expect(await taken(other)).toEqual([]);
    });

    test("gives it to the next one if the first that took it is killed too", async () => {
      await using all = await subject();
      const [one, other, third] = [await all.open(), await all.open(), await all.open()];
      await one.begin(entry("aex-1"));
      await all.kill(one);
      await until("it is given", async () => (await taken(other)).length > 0);
      await all.kill(other);
      await until("it is given again", async () => (await taken(third)).includes("aex-1"));
      await third.end("aex-1");
      await all.kill(third);
      expect(await taken(await all.open())).toEqual([]);
    });

    test("keeps what had not ended when its runner closed it", async () => {
      await using all = await subject();
      const one = await all.open();
      await one.begin(entry("aex-1"));
      await one.begin(entry("aex-2"));
      await one.end("aex-2");
      await one.close();
      expect(await taken(await all.open())).toEqual(["aex-1"]);
    });

    test("takes ids of any form", async () => {
      await using all = await subject();
      const one = await all.open();
      const ids = ["../../etc/passwd", "aex-ü", "a/b", "x".repeat(300)];
      for (const id of ids) await one.begin(entry(id));
      await one.close();
      expect((await taken(await all.open())).sort()).toEqual([...ids].sort());
    });
  });
}
