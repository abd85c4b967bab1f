import { describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { connectTemporal } from "../../src/temporal/index.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startOllamaDouble } from "../support/ollama-double.ts";
import { runningWith } from "../support/processes.ts";
import { startProgram } from "../support/program.ts";
import { startTemporal } from "../support/temporal.ts";

const installed = installedProgram();

async function start(more: Record<string, string>) {
  const [temporal, daemon, admin] = await freePorts(3);
  const env = {
    TEMPORAL_SERVICE_ADDRESS: `localhost:${temporal}`,
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
    ...more,
  };
  const cwd = join(installed.folder.path, crypto.randomUUID());
  await Bun.write(join(cwd, ".keep"), "");
  const run = (message: string) => startProgram(installed.file, ["run", message], env, cwd);
  const again = () => startProgram(installed.file, ["dev"], env, cwd);
  return { ...again(), cwd, run, again };
}

/** Kills the Temporal server that a `dev` has started, as the kernel does when memory is short. */
async function killTemporal(cwd: string): Promise<void> {
  const servers = await runningWith(`--db-filename ${cwd}`);
  const { pid } = servers.find(({ line }) => !line.startsWith("/bin/sh")) ?? {};
  if (pid === undefined) throw new Error(`no Temporal server runs for ${cwd}`);
  process.kill(pid, "SIGKILL");
}

describe("agent-runner dev", () => {
  test("uses a running Temporal and leaves it running", async () => {
    await using temporal = await startTemporal();
    const { address } = temporal;
    await using dev = await start({ TEMPORAL_SERVICE_ADDRESS: address });
    await dev.says("Ready.");
    expect(dev.output()).toContain(address);
    dev.signal("SIGINT");
    expect(await dev.exited).toBe(0);
    const connection = await connectTemporal({ address, namespace: "default", taskQueue: "", maxConcurrency: 1 });
    await connection.close();
  });

  test("says how to get Temporal if it is missing and cannot be downloaded", async () => {
    // Nothing listens at the proxy, so the machine is as good as without network.
    await using dev = await start({
      PATH: "/nothing/here",
      HTTPS_PROXY: "http://127.0.0.1:9",
      HTTP_PROXY: "http://127.0.0.1:9",
    });
    expect(await dev.exited).toBe(4);
    const output = dev.output();
    expect(output).toContain("STARTUP FAILURE");
    expect(output).toContain("temporal");
    expect(output).toMatch(/https:\/\/\S+temporal|brew install temporal/);
  });

  test("restarts a killed Temporal: running executions end, and new ones run", async () => {
    await using ollama = startOllamaDouble();
    const command = "until [ -e go ]; do sleep 0.1; done";
    ollama.converse((request, turn) =>
      turn === 0 && request.messages.at(-1)?.content.includes("Wait")
        ? { text: "", tools: [{ name: "execute", args: { command } }] }
        : { text: "Done." },
    );
    await using dev = await start({ OLLAMA_BASE_URL: ollama.url });
    await dev.says("Ready.");
    const waiting = dev.run("Wait");
    await dev.says("Execution started");
    await killTemporal(dev.cwd);
    await dev.says("The Temporal development server has ended: it was killed with SIGKILL. ");
    expect(dev.output()).toContain("Starting it again (1 of 5)");
    await dev.says("The Temporal development server runs again");
    await Bun.write(join(dev.cwd, "workspace/go"), "");
    expect([0, 1]).toContain(await waiting.exited);
    const next = dev.run("Hello");
    expect(await next.exited).toBe(0);
    expect(next.output()).toStartWith("Done.");
    dev.signal("SIGINT");
    expect(await dev.exited).toBe(0);
    expect(await runningWith(dev.cwd)).toEqual([]);
  });

  test("waits until the Temporal of a killed `dev` has ended", async () => {
    const bin = join(installed.folder.path, "slow");
    // The server goes on for a while when it is told to end, and then writes that it has.
    const script = `#!/bin/sh
echo begins >>"$HOME/servers"
trap 'sleep 2; kill $server; wait $server; echo ended >>"$HOME/servers"; exit' TERM
${Bun.which("temporal")} "$@" & server=$!
wait $server
`;
    await Bun.write(join(bin, "temporal"), script);
    await chmod(join(bin, "temporal"), 0o755);
    await using killed = await start({ PATH: `${bin}:/usr/bin:/bin` });
    await killed.says("Ready.");
    killed.signal("SIGKILL");
    await killed.exited;
    await using dev = killed.again();
    await dev.says("Waiting for the Temporal development server of a `dev` that was killed to end");
    await dev.says("Ready.");
    expect(await Bun.file(join(killed.cwd, "servers")).text()).toBe("begins\nended\nbegins\n");
    expect(dev.output()).not.toContain("Using the Temporal that is running");
    dev.signal("SIGINT");
    expect(await dev.exited).toBe(0);
    expect(await runningWith(killed.cwd)).toEqual([]);
    await using next = killed.again();
    await next.says("Ready.");
    expect(next.output()).not.toContain("Waiting for");
  });

  test("ends with the reason if its Temporal cannot be restarted", async () => {
    const bin = join(installed.folder.path, "broken");
    const real = Bun.which("temporal");
    const script = `#!/bin/sh\n[ -e "$HOME/broken" ] && { echo "Error: the disk is on fire"; exit 1; }\nexec ${real} "$@"\n`;
    await Bun.write(join(bin, "temporal"), script);
    await chmod(join(bin, "temporal"), 0o755);
    await using dev = await start({ PATH: `${bin}:/usr/bin:/bin` });
    await dev.says("Ready.");
    await Bun.write(join(dev.cwd, "broken"), "");
    await killTemporal(dev.cwd);
    expect(await dev.exited).toBe(1);
    expect(dev.output()).toContain("Starting it again (5 of 5)");
    expect(dev.output()).toContain("ended 6 times within 10 min 0 s, the last time: Error: the disk is on fire");
    expect(dev.output()).toContain("temporal.log in the data directory");
    expect(await runningWith(dev.cwd)).toEqual([]);
  });
});
