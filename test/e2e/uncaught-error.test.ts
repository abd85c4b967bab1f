import { expect, test } from "bun:test";
import { join } from "node:path";
import { adminApp } from "../../src/admin/index.ts";
import { deps } from "../support/admin-request.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startProgram } from "../support/program.ts";

const installed = installedProgram();

test.each([
  ["exception", 'throw new Error("injected")'],
  ["rejection", 'Promise.reject(new Error("injected"))'],
])("an uncaught %s ends a command that would run forever, with a failure", async (_, failure) => {
  const app = adminApp(deps());
  const asked = join(installed.folder.path, `${crypto.randomUUID()}.asked`);
  const fetch = async (request: Request) => {
    await Bun.write(asked, "");
    return await app.fetch(request);
  };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
  await using _server = { [Symbol.asyncDispose]: () => server.stop(true) };
  // Bun runs it in a compiled program too, before the program.
  const preload = join(installed.folder.path, `${crypto.randomUUID()}.js`);
  const fail = `if (require("node:fs").existsSync(${JSON.stringify(asked)})) { clearInterval(timer); ${failure}; }`;
  await Bun.write(preload, `const timer = setInterval(() => { ${fail} }, 20);`);
  const env = { ADMIN_PORT: String(server.port), BUN_OPTIONS: `--preload ${preload}` };
  await using program = startProgram(installed.file, ["executions", "--watch"], env, installed.folder.path);
  expect(await program.exited).toBe(1);
  expect(program.errors()).toContain("injected");
});
