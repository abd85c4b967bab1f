import { describe, expect, test } from "bun:test";
import { join } from "node:path";

/** Runs code in another process: an error that nothing handles would end the test runner. */
async function outcome(code: string): Promise<{ readonly output: string; readonly exitCode: number }> {
  const handler = join(import.meta.dir, "uncaught-errors.ts");
  const cli = join(import.meta.dir, "../index.ts");
  const log = join(import.meta.dir, "../../log/index.ts");
  const mask = join(import.meta.dir, "../../shared/secret-mask.ts");
  const program = `
    import { Lifecycle } from ${JSON.stringify(cli)};
    import { handleUncaughtErrors } from ${JSON.stringify(handler)};
    import { createLogger, writeLines } from ${JSON.stringify(log)};
    import { SecretMask } from ${JSON.stringify(mask)};
    const log = createLogger({ level: "info", format: "json", mask: new SecretMask(), write: writeLines(1) });
    const lifecycle = new Lifecycle();
    lifecycle.markRunning();
    handleUncaughtErrors(() => log, lifecycle);
    ${code}
    log.info(lifecycle.state + (lifecycle.hasFailed ? ", faulty" : ""));
    process.exit(0);`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "pipe" });
  const output = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
  return { output, exitCode: await child.exited };
}

describe("an error that nothing handles", () => {
  test("is logged and changes nothing else if it was a rejected promise", async () => {
    const { output, exitCode } = await outcome(`
      const seen = new Promise((resolve) => process.on("unhandledRejection", resolve));
      void (async () => { throw new Error("lost") })();
      await seen;`);
    const lines = output.trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "error",
      message: expect.stringContaining("Error: lost"),
    });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ message: "running" });
    expect(exitCode).toBe(0);
  });

  test("is logged and drains the runner, which ends with a failure, if it was an exception", async () => {
    const { output } = await outcome(`
      const seen = new Promise((resolve) => process.on("uncaughtException", (error) => error.message === "again" && resolve()));
      setImmediate(() => {
        setImmediate(() => { throw new Error("again") });
        throw new Error("lost");
      });
      await seen;`);
    const messages = output
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toHaveLength(3);
    expect(messages[0]).toContain("Error: lost");
    expect(messages[1]).toContain("Error: again");
    expect(messages[2]).toBe("draining, faulty");
  });
});
