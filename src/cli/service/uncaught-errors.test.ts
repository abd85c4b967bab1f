import { describe, expect, test } from "bun:test";
import { join } from "node:path";

/** A process of its own: what nobody catches in a test is the test runner's. */
async function outcome(code: string): Promise<{ readonly output: string; readonly exitCode: number }> {
  const room = join(import.meta.dir, "index.ts");
  const log = join(import.meta.dir, "../../log/index.ts");
  const mask = join(import.meta.dir, "../../shared/secret-mask.ts");
  const program = `
    import { handleUncaughtErrors } from ${JSON.stringify(room)};
    import { createLogger, writeLines } from ${JSON.stringify(log)};
    import { SecretMask } from ${JSON.stringify(mask)};
    const log = createLogger({ level: "info", format: "json", mask: new SecretMask(), write: writeLines(1) });
    const stray = handleUncaughtErrors(() => log, () => log.info("draining"));
    ${code}
    await Bun.sleep(50);
    log.info("faulty: " + stray.isFaulty);
    process.exit(0);`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "pipe" });
  const output = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
  return { output, exitCode: await child.exited };
}

describe("an error that nobody caught", () => {
  test("in a promise is logged, and nothing else happens", async () => {
    const { output, exitCode } = await outcome('void (async () => { throw new Error("lost") })();');
    const lines = output.trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "error",
      message: expect.stringContaining("Error: lost"),
    });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ message: "faulty: false" });
    expect(exitCode).toBe(0);
  });

  test("outside of all promises ends the process when its work is done, once", async () => {
    const { output } = await outcome(
      'setTimeout(() => { throw new Error("lost") }, 1); setTimeout(() => { throw new Error("again") }, 5);',
    );
    const messages = output
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages.filter((message) => message === "draining")).toHaveLength(1);
    expect(messages.at(-1)).toBe("faulty: true");
    expect(output).toContain("Error: again");
  });
});
