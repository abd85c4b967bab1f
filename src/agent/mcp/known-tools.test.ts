import { expect, test } from "bun:test";
import { collectedLog } from "../../../test/support/collected-log.ts";
import { silentCalls } from "../../../test/support/silent-calls.ts";
import { KnownTools, MAX_OF_SERVER } from "./known-tools.ts";
import type { ToolDefinition } from "./list-tools.ts";
import type { ServerConnection } from "./server-connection.ts";

/** A connected server with these tools. */
const serverWith = (tools: readonly ToolDefinition[]) =>
  ({
    name: "shop",
    list: { tools, notices: [] },
    resolved: { server: { name: "shop", enabledTools: [] } },
  }) as unknown as ServerConnection;

test("a server that always has other tools is given no more than a number of them", () => {
  const { log, lines } = collectedLog();
  const sandbox = { writeFile: async () => "" };
  const known = new KnownTools({
    log,
    sandbox,
    executionId: "aex-1",
    textOnly: () => false,
    descriptionLimit: 100,
    calls: silentCalls,
  });
  const toolsFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `tool-${first + index}`, inputSchema: { type: "object" } }));
  const namesOf = (first: number, count: number) =>
    known.of([serverWith(toolsFrom(first, count))]).map(({ name }) => name);
  for (let first = 0; first < MAX_OF_SERVER; first += 10_000) expect(namesOf(first, 10_000)).toHaveLength(10_000);
  for (const _ of [1, 2]) expect(namesOf(MAX_OF_SERVER - 1, 3)).toEqual([`tool-${MAX_OF_SERVER - 1}`]);
  expect(namesOf(0, 2)).toEqual(["tool-0", "tool-1"]);
  expect(known.all).toHaveLength(MAX_OF_SERVER);
  expect(lines.filter((line) => line.includes("new ones are left out"))).toHaveLength(1);
});
