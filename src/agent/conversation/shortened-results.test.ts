import { expect, test } from "bun:test";
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { withPlaces } from "./shortened-results.ts";

const resultOf = (id: number, content: string) =>
  new ToolMessage({ content, tool_call_id: `call-${id}`, name: "read" });

/** As the library shortens it. */
const shortened = (result: ToolMessage, limit: number) =>
  new ToolMessage({
    content: `${result.text.slice(0, limit)}\n...(result truncated)`,
    tool_call_id: result.tool_call_id,
    name: "read",
  });

test("a shortened result keeps its head, its end and its status, and says where all of it is", async () => {
  const [short, long] = [resultOf(1, "short"), resultOf(2, `HEAD${"-".repeat(1_000)}END`)];
  long.status = "error";
  const given = [new AIMessage("Reading"), short, long];
  const shown = await withPlaces([...given.slice(0, 2), shortened(long, 100)], given, async () => "/root/all.txt");
  expect(shown.slice(0, 2)).toEqual(given.slice(0, 2));
  expect(shown[2]?.text).toMatch(/^HEAD-+\n\n\[… cut, .*\/root\/all\.txt.* …\]\n\n-+END$/);
  expect(shown[2]).toMatchObject({ tool_call_id: "call-2", status: "error" });
});

test("a shortened result says so if all of it cannot be kept", async () => {
  const long = resultOf(1, "x".repeat(1_000));
  const [shown] = await withPlaces([shortened(long, 100)], [long], async () => undefined);
  expect(shown?.text).toContain("has no room for more. It could not be kept in a file: ask for the part you need. …]");
});

test("many shortened results stay in their order, and are kept a few at a time", async () => {
  const results = Array.from({ length: 100 }, (_, index) => resultOf(index, `${index} `.repeat(500)));
  const waiting: (() => void)[] = [];
  let most = 0;
  let kept = 0;
  const shown: Promise<BaseMessage[]> = withPlaces(
    results.map((result) => shortened(result, 50)),
    results,
    async ({ tool_call_id: id }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      most = Math.max(most, waiting.length);
      await promise;
      kept++;
      return `/root/${id}.txt`;
    },
  );
  while (kept < results.length) {
    // All that begin without the end of another one have begun.
    await new Promise(setImmediate);
    waiting.pop()?.();
  }
  expect((await shown).map(({ text }) => /call-\d+/.exec(text)?.[0])).toEqual(
    results.map(({ tool_call_id: id }) => id),
  );
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThan(20);
});
