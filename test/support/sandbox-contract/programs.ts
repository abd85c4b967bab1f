import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { ReadableStreamDefaultReader } from "node:stream/web";
import type { ProgramRequest, Sandbox, SandboxProgram } from "../../../src/sandbox/index.ts";
import { pause } from "../eventually.ts";
import { asked, codeOf, type OpenSubject, printed, type Subject } from "./subject.ts";

const encoder = new TextEncoder();

/** How programs run that the runner talks to, in every kind of sandbox that has them. */
export function programsContract(kind: string, open: OpenSubject): void {
  describe(`programs in a ${kind} sandbox`, () => {
    let subject: Subject;
    let sandbox: Sandbox;
    const { signal } = new AbortController();

    beforeEach(async () => {
      subject = await open({ commandTimeoutMs: 60_000 });
      ({ sandbox } = await subject.acquire({ environment: { LAYER: "request" } }));
    });
    afterEach(async () => await subject.close());

    const run = async (script: string, request: Partial<ProgramRequest> = {}) =>
      await sandbox.startProgram({ ...shell(script), ...request }, signal);

    test("answer what is written to them, one piece after the other", async () => {
      const program = await run('while read -r line; do echo "<$line>"; done; echo end');
      const reader = new LineReader(program);
      const writer = program.input.getWriter();
      for (const word of ["one", "two", "ü €"]) {
        await writer.write(encoder.encode(`${word}\n`));
        expect(await reader.next()).toBe(`<${word}>`);
      }
      await writer.close();
      expect(await reader.next()).toBe("end");
      expect(await reader.next()).toBeUndefined();
      expect(await program.ended).toEqual({ exitCode: 0, errorTail: "" });
      await program.stop();
    });

    test("take and give bytes as they are, many of them", async () => {
      const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7 + (index >> 8)) % 256);
      const program = await run("cat");
      const writer = program.input.getWriter();
      const written = writer.write(bytes).then(() => writer.close());
      const read = await new Response(program.output).bytes();
      await written;
      expect(Buffer.compare(read, bytes)).toBe(0);
      expect((await program.ended).exitCode).toBe(0);
    });

    test("start in the root or in their working directory, with their own arguments and variables", async () => {
      await sandbox.execute("mkdir -p 'a b'");
      const text = async (request: Partial<ProgramRequest>) =>
        await new Response((await run('pwd; echo "$LAYER $OWN $1"', request)).output).text();
      expect(await text({})).toBe(`${sandbox.root}\nrequest  \n`);
      const args = [...shell('pwd; echo "$LAYER $OWN $1"').args, "sh", "it's $HOME"];
      const env = { OWN: "a 'b'\nc", LAYER: "program" };
      for (const workingDirectory of ["a b", `${sandbox.root}/a b`])
        expect(await text({ workingDirectory, args, env })).toBe(`${sandbox.root}/a b\nprogram a 'b'\nc it's $HOME\n`);
    });

    test("do not see the runner's own environment", async () => {
      const text = await new Response((await run("env")).output).text();
      for (const name of ["NODE_ENV", "STIGMER", "TEMPORAL", "REDIS", "DAYTONA"]) expect(text).not.toContain(name);
    });

    test("say how they ended: their exit code and the end of their standard error", async () => {
      const program = await run("yes flood | head -c 3000000 >&2; echo last words >&2; exit 7");
      const { exitCode, errorTail } = await program.ended;
      expect(exitCode).toBe(7);
      expect(errorTail).toEndWith("flood\nlast words\n");
      expect(errorTail.length).toBeLessThanOrEqual(8_192);
      const killed = await run("kill -KILL $$");
      expect((await killed.ended).exitCode).toBe(137);
    });

    test("that have ended cannot be written to", async () => {
      const program = await run("exit 0");
      await program.ended;
      const writer = program.input.getWriter();
      writer.closed.catch(() => undefined);
      const flood = async () => {
        for (;;) await writer.write(new Uint8Array(100_000));
      };
      await expect(flood()).rejects.toBeDefined();
      await program.stop();
    });

    test("that do not exist, or whose working directory does not, are not found", async () => {
      const start = async (request: Partial<ProgramRequest>) => await codeOf(run("true", request));
      expect(await start({ command: "no-such-program" })).toBe("not-found");
      expect(await start({ command: "./no-such-program" })).toBe("not-found");
      expect(await start({ workingDirectory: "no-such-directory" })).toBe("not-found");
      expect(await start({ args: ["a\0b"] })).toBe("invalid");
    });

    test("are not started if the signal aborted before", async () => {
      const aborted = AbortSignal.abort(new Error("aborted"));
      await expect(sandbox.startProgram(shell("touch started"), aborted)).rejects.toThrow("aborted");
      expect(await printed(sandbox, "ls")).toBe("");
    });

    const STUBBORN = "trap '' TERM; (trap '' TERM; while sleep 0.1; do date +%N >beat; done) & wait; wait";

    /** Whether what writes `beat` is running. */
    const beats = async () =>
      await asked(
        () => printed(sandbox, "cat beat"),
        (text) => /^\d+$/.test(text),
      );
    const expectGone = async (seen: Sandbox) => {
      const last = await printed(seen, "cat beat");
      await pause(500);
      expect(await printed(seen, "cat beat")).toBe(last);
    };

    test("are stopped with everything that they started, even if they ignore SIGTERM", async () => {
      const program = await run(STUBBORN);
      await beats();
      await program.stop();
      await expectGone(sandbox);
      expect((await program.ended).exitCode).toBe(137);
    });

    test("may end by themselves when they are stopped: their input ends first", async () => {
      const program = await run("while read -r line; do :; done; echo bye >bye");
      await program.stop();
      expect(await printed(sandbox, "cat bye")).toBe("bye");
      expect((await program.ended).exitCode).toBe(0);
    });

    test("are stopped when the signal aborts", async () => {
      const controller = new AbortController();
      const program = await sandbox.startProgram(shell(STUBBORN), controller.signal);
      await beats();
      controller.abort(new Error("aborted"));
      await program.ended;
      await expectGone(sandbox);
    });

    test("get what is written to them for the reason for which they are stopped", async () => {
      const controller = new AbortController();
      const program = await sandbox.startProgram(shell("cat >told"), controller.signal);
      const writer = program.input.getWriter();
      await writer.write(encoder.encode("begin\n"));
      // It hears of it after the program does.
      const later = AbortSignal.any([controller.signal]);
      later.addEventListener("abort", () => void writer.write(encoder.encode("cancelled\n")));
      controller.abort(new Error("aborted"));
      expect((await program.ended).exitCode).toBe(0);
      expect(await printed(sandbox, "cat told")).toBe("begin\ncancelled");
    });

    test("end when the sandbox is released", async () => {
      const handle = await subject.acquire();
      const program = await handle.sandbox.startProgram(shell(STUBBORN), signal);
      await beats();
      await handle.release();
      await program.ended;
      await expectGone((await subject.acquire()).sandbox);
    });

    test("are cleaned up after, however they end", async () => {
      const cleaned = async (name: string) =>
        await asked(
          () => printed(sandbox, `cat ${name} 2>/dev/null`),
          (text) => text !== "",
        );
      const cleanup = (name: string) => `printf '%s\\n' "$LAYER $(cat beat 2>/dev/null) it's" >${name}`;
      const ended = await run("exit 3", { cleanup: cleanup("a") });
      await ended.ended;
      expect(await cleaned("a")).toBe("request  it's");
      const stopped = await run("cat", { cleanup: cleanup("b") });
      await stopped.stop();
      expect(await printed(sandbox, "cat b")).toBe("request  it's");
      const handle = await subject.acquire({ environment: { LAYER: "other" } });
      await handle.sandbox.startProgram({ ...shell("sleep 600"), cleanup: cleanup("c") }, signal);
      await handle.release();
      expect(await printed(sandbox, "cat c")).toBe("other  it's");
    });

    test("that are not read from wait until they are", async () => {
      const program = await run("yes | head -c 20000000; echo done >done");
      await pause(300);
      expect(await printed(sandbox, "cat done 2>&1")).toContain("No such file");
      expect((await new Response(program.output).bytes()).length).toBe(20_000_000);
      expect(
        await asked(
          () => printed(sandbox, "cat done 2>/dev/null"),
          (text) => text !== "",
        ),
      ).toBe("done");
    });
  });
}

function shell(script: string): ProgramRequest {
  return { command: "sh", args: ["-c", script], env: {}, workingDirectory: "" };
}

/** Reads the output of a program by lines. */
class LineReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor({ output }: SandboxProgram) {
    this.#reader = output.getReader();
  }

  async next(): Promise<string | undefined> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }
}
