/** What strangers send to the admin server of a compiled program: in local and in cloud mode. */
import { expect, test } from "bun:test";
import { HOSTILE_REQUESTS } from "./hostile-requests.ts";
import type { RunningProgram } from "./program.ts";
import { sendRaw } from "./raw-http.ts";

/** The token of the program that they reach. */
export const TOKEN = "token-of-the-operator";

export interface Reached extends AsyncDisposable {
  readonly program: RunningProgram;
  readonly port: number;
}

/** @param start starts a program whose admin server has {@link TOKEN} */
export function testStrangers(start: () => Promise<Reached>): void {
  test("requests that are not HTTP, or smuggle others, are answered or cut, and change nothing", async () => {
    await using reached = await start();
    const { program, port } = reached;
    const before = program.output().length;
    for (const { name, text, statuses } of HOSTILE_REQUESTS) {
      const { status, body, text: all } = await sendRaw(port, text);
      expect([name, statuses.includes(status)]).toEqual([name, true]);
      expect(all).not.toContain("smuggled");
      if (status >= 400) expect([name, Object.keys(JSON.parse(body) as object)]).toEqual([name, ["error"]]);
    }
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect([await ask("/livez"), await ask("/config"), await ask("/shutdown")]).toEqual([200, 401, 405]);
    const log = program.output().slice(before);
    expect(log).not.toContain("Accepted POST");
    expect(log).not.toContain("Admin request");
    expect(program.errors()).toBe("");
  });

  test("who tries tokens is slowed down, and the operator is not", async () => {
    await using reached = await start();
    const { program, port } = reached;
    const ask = async (token: string) =>
      (await fetch(`http://127.0.0.1:${port}/config`, { headers: { authorization: `Bearer ${token}` } })).status;
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(`guess-${index}`)));
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(await ask(TOKEN)).toBe(200);
    expect(program.output().match(/Refused GET \/config/g)).toHaveLength(1);
    expect(program.output()).not.toContain("guess-");
  });
}
