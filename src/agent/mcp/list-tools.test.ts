import { expect, test } from "bun:test";
import type { Client } from "@modelcontextprotocol/client";
import { listTools } from "./list-tools.ts";

const options = { signal: new AbortController().signal, timeout: 1_000 };
const clientWith = (request: () => Promise<object>) => ({ request }) as unknown as Client;

test("a tool that is nested without end does not cost the others", async () => {
  const inputSchema: unknown = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);
  const client = clientWith(async () => ({ tools: [{ name: "deep", inputSchema }, { name: "echo" }] }));
  const { tools, notices } = await listTools(client, options);
  expect(tools.map(({ name }) => name)).toEqual(["echo"]);
  expect(notices).toEqual([expect.stringContaining("It describes 1 tool that cannot be used")]);
});

test("definitions of tools are limited in all their pages together", async () => {
  let pages = 0;
  const request = async () => {
    pages++;
    return { tools: [{ name: `tool-${pages}`, description: "x".repeat(6 * 1024 * 1024) }], nextCursor: String(pages) };
  };
  const { tools, notices } = await listTools(clientWith(request), options);
  expect(tools.map(({ name }) => name)).toEqual(["tool-1", "tool-2"]);
  expect(notices).toEqual(["It describes its tools with more than 16 MiB: the further ones are left out."]);
  expect(pages).toBe(3);
});
