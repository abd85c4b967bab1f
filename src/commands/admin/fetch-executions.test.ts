import { expect, test } from "bun:test";
import { AdminClient } from "./admin-client.ts";
import { fetchExecutions } from "./fetch-executions.ts";

test("a server whose pages do not end is left", async () => {
  const page = { executions: [], nextCursor: "same", inFlight: 0, finished: 0 };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(page) });
  await using _server = { [Symbol.asyncDispose]: () => server.stop(true) };
  const client = new AdminClient({ env: {}, url: `http://127.0.0.1:${server.port}` });
  await expect(fetchExecutions(client)).rejects.toThrow("sends page after page without an end");
});
