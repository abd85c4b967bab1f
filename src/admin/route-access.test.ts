import { describe, expect, test } from "bun:test";
import { deps } from "../../test/support/admin-request.ts";
import { pageWorld } from "../../test/support/page/page-world.ts";
import type { Access, Route } from "./route.ts";
import { routesOf } from "./routes/index.ts";

const token = "let-me-in";
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

/** Drains and cancels nothing, whatever is asked for. */
function world(more: Parameters<typeof pageWorld>[0] = {}) {
  const metrics = async () => ({ contentType: "text/plain", text: "agent_runner_ready 1\n" });
  return pageWorld({ token, metrics, ended: Promise.resolve(), ...more });
}
type World = ReturnType<typeof world>;

const routes = routesOf(deps({ token, page: world() }));
const pathOf = ({ path }: Route) => path.replace(":id", "aex-1");

function send(
  { ask }: World,
  { method, path }: { method: string; path: string },
  headers: Record<string, string> = {},
) {
  const form = { "content-type": "application/x-www-form-urlencoded", "content-length": "0" };
  return ask(path, { method, headers: { ...(method === "POST" ? form : {}), ...headers } });
}

async function cookieOf({ ask }: World): Promise<string> {
  const body = `token=${token}`;
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": String(body.length) };
  const response = await ask("/login", { method: "POST", headers, body });
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

/** Whether a request got past the guard. The login page is where others are led. */
const isAdmitted = ({ status, headers }: Response) =>
  ![401, 403, 429].includes(status) && !(status === 303 && headers.get("location") === "/login");

/** Whether one may pass: with nothing, with a wrong token, with the right one, with the cookie of a login. */
const ADMITTED: Readonly<Record<Access, readonly [boolean, boolean, boolean, boolean]>> = {
  probe: [true, true, true, true],
  public: [true, true, true, true],
  login: [true, true, true, true],
  protected: [false, false, true, false],
  page: [false, false, true, true],
};

describe("with a token", () => {
  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s keeps to its access",
    async (_, route) => {
      // Leaving is for everybody, and leads to the login.
      if (route.path === "/logout") return;
      const runner = world();
      const cookie = await cookieOf(runner);
      const request = { method: route.method, path: pathOf(route) };
      const answers = [
        await send(runner, request),
        await send(runner, request, { authorization: "Bearer wrong-one" }),
        await send(runner, request, { authorization: `Bearer ${token}` }),
        await send(runner, request, { cookie }),
      ];
      await Promise.all(answers.map((answer) => answer.body?.cancel()));
      expect(answers.map(isAdmitted)).toEqual([...ADMITTED[route.access]]);
    },
  );

  test("only what is listed here is open to everybody", () => {
    const open = routes.filter(({ access }) => access !== "protected" && access !== "page");
    expect(open.map(({ method, path, access }) => `${access} ${method} ${path}`).toSorted()).toEqual([
      "login POST /login",
      "probe GET /healthz",
      "probe GET /livez",
      "probe GET /readyz",
      "public GET /login",
      "public GET /page.css",
      "public GET /page.js",
      "public POST /logout",
    ]);
  });

  test("the token is taken from the Authorization header only", async () => {
    const runner = world();
    for (const headers of [
      { cookie: `token=${token}` },
      { "x-admin-token": token },
      { authorization: token },
      { authorization: `Basic ${btoa(`admin:${token}`)}` },
      { authorization: `Bearer ${token}, Bearer x` },
      { authorization: `Bearer ${token.toUpperCase()}` },
      { authorization: "Bearer " },
    ])
      expect((await send(runner, { method: "GET", path: "/config" }, headers)).status).toBe(401);
    expect((await send(runner, { method: "GET", path: `/config?token=${token}` })).status).toBe(401);
  });
});

describe("every path", () => {
  const paths = [...new Set(routes.map(pathOf))];
  test.each(paths)("%s refuses the methods that it does not have, and names those that it has", async (path) => {
    const own = routes.filter((route) => pathOf(route) === path).map(({ method }) => method as string);
    const allowed = own.includes("GET") ? [...own, "HEAD"] : own;
    const runner = world();
    for (const method of METHODS.filter((one) => !allowed.includes(one))) {
      const response = await send(runner, { method, path }, { authorization: `Bearer ${token}` });
      expect([method, response.status]).toEqual([method, 405]);
      expect(response.headers.get("allow")?.split(", ").toSorted()).toEqual(allowed.toSorted());
      if (method !== "HEAD") expect(await response.json()).toMatchObject({ error: { code: "method-not-allowed" } });
    }
  });
});

test("a route cannot be declared without its access, or with one that has no guard", () => {
  const handler = () => new Response();
  // @ts-expect-error: the access is missing.
  const open: Route = { method: "GET", path: "/open", handler };
  // @ts-expect-error: nobody knows what it means.
  const unknown: Route = { method: "GET", path: "/unknown", access: "everybody", handler };
  expect([open.access, unknown.access as string]).toEqual([undefined as never, "everybody"]);
});
