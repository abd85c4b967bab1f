import { describe, expect, test } from "bun:test";
import { join } from "node:path";

/**
 * Runs code in a process that handles signals: `send` sends one to itself and waits until it was handled; what is logged
 * and where the lifecycle is are lines of the output.
 */
async function outcome(code: string): Promise<{ readonly lines: readonly string[]; readonly exitCode: number | null }> {
  const program = `
    import { Lifecycle, SignalHandler } from ${JSON.stringify(join(import.meta.dir, "index.ts"))};
    const say = (text) => require("node:fs").writeSync(1, text + "\\n");
    const log = { info: say, warn: say, error: say };
    const lifecycle = new Lifecycle();
    const signals = new SignalHandler(lifecycle).listen();
    const state = () => say(lifecycle.state);
    const send = async (signal) => {
      const handled = new Promise((resolve) => process.once(signal, resolve));
      process.kill(process.pid, signal);
      await handled;
    };
    ${code}
    process.exit(0);`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "inherit" });
  const output = await new Response(child.stdout).text();
  await child.exited;
  return { lines: output.split("\n").slice(0, -1), exitCode: child.signalCode === null ? child.exitCode : null };
}

describe("signals", () => {
  test("drain at the first, stop at the second and exit at the third", async () => {
    const code =
      'signals.logTo(() => log); for (const signal of ["SIGINT", "SIGTERM", "SIGINT"]) { await send(signal); state(); }';
    expect(await outcome(code)).toEqual({
      lines: [
        "SIGINT: draining: running executions may finish. Send it again to stop them",
        "draining",
        "SIGTERM: stopping executions that still run. Send it again to exit immediately",
        "stopping",
        "SIGINT: exiting at once",
      ],
      exitCode: 130,
    });
  });

  test("that come before there is a log change the lifecycle at once, and are logged later", async () => {
    expect(await outcome('await send("SIGTERM"); state(); signals.logTo(() => log);')).toEqual({
      lines: ["draining", "SIGTERM: draining: running executions may finish. Send it again to stop them"],
      exitCode: 0,
    });
  });

  test("drain once at a hangup, however often it comes", async () => {
    const code =
      'signals.logTo(() => log); await send("SIGHUP"); await send("SIGHUP"); state(); await send("SIGTERM"); state();';
    expect((await outcome(code)).lines).toEqual([
      "SIGHUP: the terminal was closed; draining",
      "draining",
      "SIGTERM: stopping executions that still run. Send it again to exit immediately",
      "stopping",
    ]);
  });

  test("do not count as a further signal if they are a SIGHUP", async () => {
    const code = 'signals.logTo(() => log); await send("SIGTERM"); await send("SIGHUP"); state();';
    expect((await outcome(code)).lines).toEqual([
      "SIGTERM: draining: running executions may finish. Send it again to stop them",
      "draining",
    ]);
  });

  test("received during loading end a command with other signal handling", async () => {
    expect(await outcome('await send("SIGTERM"); await signals.restoreDefaults(); say("still here");')).toEqual({
      lines: [],
      exitCode: null,
    });
  });

  test("are not lost if they are on their way when a command takes over", async () => {
    expect(
      await outcome('process.kill(process.pid, "SIGTERM"); await signals.restoreDefaults(); say("still here");'),
    ).toEqual({
      lines: [],
      exitCode: null,
    });
  });
});
