import { expect, test } from "bun:test";
import { deps } from "../../test/support/admin-request.ts";
import { until } from "../../test/support/eventually.ts";
import { createLogger } from "../log/index.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { adminApp } from "./admin-app.ts";
import type { LogBudget } from "./bounded-log.ts";

const TOKEN = "let-me-in";
const authorized = { authorization: `Bearer ${TOKEN}` };

function server(logBudget?: LogBudget) {
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text.trimEnd().replace(/^\S+ - /, ""));
  const log = createLogger({ level: "info", format: "text", mask: new SecretMask(), write });
  const app = adminApp(deps({ token: TOKEN, logBudget, log }));
  const call = (method: string, path: string, headers: Record<string, string> = {}) =>
    app.request(
      path,
      { method, headers: { host: "localhost", "x-request-id": "id-1", ...headers } },
      { source: "10.1.2.3" },
    );
  return { lines, call };
}

test("an accepted shutdown is logged with the address and the request's id", async () => {
  const { lines, call } = server();
  await call("POST", "/shutdown", authorized);
  expect(lines).toEqual(["agent-runner - INFO - Accepted POST /shutdown from 10.1.2.3 [requestId=id-1 status=202]"]);
});

test("a shutdown whose answer comes at the end is logged at its beginning, once", async () => {
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text.trimEnd().replace(/^\S+ - /, ""));
  const log = createLogger({ level: "info", format: "text", mask: new SecretMask(), write });
  const ended = Promise.withResolvers<void>();
  const app = adminApp(deps({ log, ended: ended.promise }));
  const init = { method: "POST", body: '{"mode":"cancel"}', headers: { host: "localhost", "x-request-id": "id-1" } };
  const answer = app.request("/shutdown?wait=true", init, { source: "10.1.2.3" });
  await until("it is logged", () => lines.length > 0);
  const line = "agent-runner - INFO - Accepted POST /shutdown from 10.1.2.3: what runs is cancelled [requestId=id-1]";
  expect(lines).toEqual([line]);
  ended.resolve();
  expect((await answer).status).toBe(200);
  expect(lines).toEqual([line]);
});

test("a refused call is logged with the reason, without the token that was tried", async () => {
  const { lines, call } = server();
  await call("POST", "/shutdown", { authorization: "Bearer guess-1" });
  await call("GET", "/config?token=guess-2");
  await call("POST", "/shutdown", { ...authorized, origin: "https://evil.example" });
  await call("GET", "/shutdown", authorized);
  await call("GET", `/.env${"x".repeat(5_000)}`);
  const tail = (status: number) => `[requestId=id-1 status=${status}]`;
  expect(lines).toEqual([
    `agent-runner - WARN - Refused POST /shutdown from 10.1.2.3: the bearer token is not ADMIN_TOKEN ${tail(401)}`,
    `agent-runner - WARN - Refused GET /config from 10.1.2.3: Authorization: Bearer <ADMIN_TOKEN> is required ${tail(401)}`,
    `agent-runner - WARN - Refused POST /shutdown from 10.1.2.3: requests from web pages of another origin are not served ${tail(403)}`,
    `agent-runner - INFO - Refused GET /shutdown from 10.1.2.3: /shutdown takes POST ${tail(405)}`,
    expect.stringMatching(/^agent-runner - INFO - Refused GET \/\.envx{195}… from 10\.1\.2\.3: there is no such path /),
  ]);
  expect(lines.join("")).not.toContain("guess");
});

test("answered probes and reads are not logged", async () => {
  const { lines, call } = server();
  for (const path of ["/livez", "/readyz", "/healthz", "/config"]) await call("GET", path, authorized);
  expect(lines).toEqual([]);
});

test("a port scanner can neither flood the log nor hide a shutdown, and the dropped lines are counted", async () => {
  const { lines, call } = server({ lines: 3, windowMs: 2_000 });
  for (let index = 0; index < 50; index++) await call("GET", `/${index}`);
  await call("POST", "/shutdown", authorized);
  expect(lines).toHaveLength(4);
  expect(lines[3]).toContain("Accepted POST /shutdown");
  await until("the count is logged", () => lines.length > 4);
  expect(lines[4]).toBe("agent-runner - WARN - 47 further refused admin calls were not logged");
  await call("GET", "/again");
  expect(lines.at(-1)).toContain("Refused GET /again");
});
