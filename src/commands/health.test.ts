import { expect, test } from "bun:test";
import { health } from "./health.ts";

async function ask(env: Record<string, string>, options: { live?: boolean; url?: string } = {}) {
  let output = "";
  const add = (text: string) => {
    output += text;
  };
  const code = await health({ env, envFile: "/dev/null", live: false, ...options, write: add, writeError: add });
  return { code, output };
}

function serve(fetch: (request: Request) => Response) {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
  return { port: String(server.port), [Symbol.asyncDispose]: () => server.stop(true) };
}

test("health succeeds if the runner is ready, also if it listens on all addresses", async () => {
  await using server = serve((request) =>
    Response.json({ status: "ok" }, { status: request.url.endsWith("/readyz") ? 200 : 404 }),
  );
  expect(await ask({ ADMIN_HOST: "0.0.0.0", ADMIN_PORT: server.port })).toEqual({ code: 0, output: "ok\n" });
  expect(await ask({}, { url: `http://127.0.0.1:${server.port}/` })).toEqual({ code: 0, output: "ok\n" });
});

test("health prints why the runner is not ready, and health --live succeeds nevertheless", async () => {
  const reasons = ["the runner is draining", "Temporal: not reachable"];
  await using server = serve((request) =>
    request.url.endsWith("/livez") ? Response.json({ status: "ok" }) : Response.json({ reasons }, { status: 503 }),
  );
  expect(await ask({ ADMIN_PORT: server.port })).toEqual({
    code: 1,
    output: "not ready: the runner is draining; Temporal: not reachable\n",
  });
  expect((await ask({ ADMIN_PORT: server.port }, { live: true })).code).toBe(0);
});

test("health takes no other server for a runner, and shows nothing of one that could change a terminal", async () => {
  const others = ["{}", "[1,2,null]", "<h1>It works!</h1>", '{"status":"blocked"}', ""];
  for (const body of others) {
    await using server = serve(() => new Response(body));
    const { code, output } = await ask({ ADMIN_PORT: server.port });
    expect([code, output]).toEqual([1, expect.stringContaining("is not an answer of an agent-runner")]);
  }
  {
    await using server = serve(() => Response.json({ error: { code: "x", message: "No." } }, { status: 429 }));
    expect((await ask({ ADMIN_PORT: server.port })).output).toEndWith("/readyz: No.\n");
  }
  const odd = [{ reasons: 5 }, { reasons: [{}] }, null, "x"];
  for (const body of odd) {
    await using server = serve(() => Response.json(body, { status: 503 }));
    expect((await ask({ ADMIN_PORT: server.port })).output).toContain(
      "/readyz answers (HTTP 503) is not an answer of ",
    );
  }
  {
    const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
    await using server = serve(() => new Response(endless()));
    const { code, output } = await ask({}, { url: `http://127.0.0.1:${server.port}/?t=SECRET1` });
    expect([code, output]).toEqual([1, expect.stringContaining("its answer is longer than 65536 characters")]);
    expect(output).not.toContain("SECRET1");
  }
  await using server = serve(() => Response.json({ reasons: ["a\u001b]0;title\u0007\nready"] }, { status: 503 }));
  expect((await ask({ ADMIN_PORT: server.port })).output).toBe("not ready: a ready\n");
});

test("health fails if nothing answers", async () => {
  const { code, output } = await ask({ ADMIN_PORT: "1" });
  expect(code).toBe(1);
  expect(output).toStartWith(
    "no runner answers at http://127.0.0.1:1/readyz: connection refused: nothing listens there. Is the runner ",
  );
});

test("health refuses an invalid ADMIN_PORT", async () => {
  expect(await ask({ ADMIN_PORT: "0" })).toEqual({
    code: 3,
    output: expect.stringContaining("ADMIN_PORT 0 does not say which port to probe"),
  });
  expect((await ask({ ADMIN_PORT: "x" })).code).toBe(3);
});

test("health shows no secret of its URL, and refuses one that is not of an HTTP server", async () => {
  const { code, output } = await ask({}, { url: "http://u:SECRET1@127.0.0.1:1/base/?t=SECRET2" });
  expect(code).toBe(1);
  expect(output).toStartWith("no runner answers at http://***@127.0.0.1:1/base/readyz: ");
  for (const path of ["healthz", "readyz/", "metrics", "executions?limit=5"])
    expect(await ask({}, { url: `http://127.0.0.1:1/${path}` })).toEqual({
      code: 2,
      output: expect.stringMatching(/: leave out \/(healthz|readyz|metrics|executions), the command adds its own path/),
    });
  for (const url of ["foo", "ftp://localhost", "http://", "localhost:8790"]) {
    const refused = await ask({}, { url });
    expect(refused.code).toBe(2);
    expect(refused.output).toContain(`--url ${url}: give the URL of the admin server`);
  }
});
