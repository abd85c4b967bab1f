import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import {
  type AgentExecutionList,
  AgentExecutionListSchema,
  AgentExecutionQueryController,
  serviceDefinition,
} from "../../src/stigmer/index.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startProgram } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const installed = installedProgram();

/** Runs a shell command in which `$0` is the program. */
async function shell(command: string): Promise<{ code: number; errors: string }> {
  const child = Bun.spawn(["/bin/bash", "-c", command, installed.file], {
    cwd: installed.folder.path,
    env: { PATH: process.env["PATH"] ?? "", HOME: installed.folder.path, MODE: "local" },
    stdout: "ignore",
    stderr: "pipe",
  });
  const errors = await new Response(child.stderr).text();
  return { code: await child.exited, errors };
}

describe("output that cannot be written", () => {
  test("ends the program silently if nobody reads it", async () => {
    expect(await shell('set -o pipefail; "$0" config | exec 0<&-; true')).toMatchObject({ errors: "" });
    const { code, errors } = await shell(
      '{ until [ -e gone ]; do sleep 0.1; done; "$0" config; echo $? >code; } | { exec 0<&-; >gone; }; cat code >&2',
    );
    expect([code, errors]).toEqual([0, "141\n"]);
  });

  test("is reported for any other reason", async () => {
    for (const command of ["config", "config --json", "version", "--help"]) {
      const { code, errors } = await shell(`"$0" ${command} >/dev/full`);
      expect([command, code]).toEqual([command, 1]);
      expect(errors).toMatch(/^error: The output cannot be written: .*ENOSPC/);
    }
  });
});

test("output is complete with a slow reader", async () => {
  const server = new Server();
  const message = "x".repeat(20_000);
  const entries = Array.from({ length: 50 }, (_, n) => ({ metadata: { id: `aex-${n}` }, spec: { message } }));
  server.addService(serviceDefinition(AgentExecutionQueryController), {
    list: (_: unknown, answer: (error: null, list: AgentExecutionList) => void) =>
      answer(null, create(AgentExecutionListSchema, { entries })),
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
  try {
    const list = `"$0" list --json --limit 50 --endpoint 127.0.0.1:${await promise}`;
    const { errors } = await shell(
      `set -o pipefail; { ${list}; echo $? >code; } | { sleep 1; wc -l >lines; }; cat code lines >&2`,
    );
    expect(errors.trim().split(/\s+/)).toEqual(["0", "50"]);
  } finally {
    server.forceShutdown();
  }
});

test("run says that it waits for a silent server, and is interrupted at once", async () => {
  let calls = 0;
  const mute = createServer((socket) => {
    calls++;
    socket.on("error", () => undefined);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  mute.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = mute.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    await using run = startProgram(
      installed.file,
      ["run", "Hi", "--endpoint", `127.0.0.1:${port}`],
      {},
      installed.folder.path,
    );
    await until("the server is asked", () => calls > 0);
    await until("the user is told", () => run.errors().includes(`Waiting for 127.0.0.1:${port} to answer …`));
    run.signal("SIGINT");
    expect(await run.exited).toBe(130);
    expect(run.errors()).toContain("Interrupted before");
  } finally {
    mute.close();
  }
});

test("run takes one file with an agent", async () => {
  for (const [args, says] of [
    [["-f", "a.yaml", "--agent", "b.yaml"], "An execution has one agent: name one file."],
    [["-f", ""], "It is empty: name a file."],
  ] as const) {
    await using run = startProgram(installed.file, ["run", ...args, "Hi"], {}, installed.folder.path);
    expect(await run.exited).toBe(2);
    expect(run.errors()).toContain(says);
  }
});

test("commands that run no agents write nothing: they do not unpack Temporal's native library", async () => {
  const commands: readonly (readonly [code: number, ...args: string[]])[] = [
    [4, "run", "Hi"],
    [4, "list"],
    [4, "attach", "aex-1"],
    [4, "cancel", "aex-1"],
    [1, "health"],
    [0, "config"],
    [0, "version"],
    [0, "--help"],
  ];
  for (const [code, ...args] of commands) {
    await using home = await temporaryFolder();
    const env = {
      MODE: "local",
      HOME: home.path,
      TMPDIR: home.path,
      STIGMER_DATA_DIR: join(home.path, "data"),
      TEMPORAL_SERVICE_ADDRESS: "localhost:1",
      STIGMER_BACKEND_ENDPOINT: "localhost:1",
      ADMIN_PORT: "1",
    };
    await using command = startProgram(installed.file, args, env, home.path);
    expect([args, await command.exited]).toEqual([args, code]);
    expect([args, await readdir(home.path)]).toEqual([args, []]);
  }
});
