import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { COMMAND_OUTPUT_LIMIT, type Sandbox, TIMEOUT_EXIT_CODE } from "../../../src/sandbox/index.ts";
import { pause } from "../eventually.ts";
import { asked, type OpenSubject, printed, type Subject } from "./subject.ts";

/** How commands run in every kind of sandbox. */
export function commandsContract(kind: string, open: OpenSubject): void {
  // A group of its own, so that the hooks apply to these tests only.
  describe("the contract", () => {
    let subject: Subject;
    let sandbox: Sandbox;

    beforeEach(async () => {
      subject = await open({ commandTimeoutMs: 60_000 });
      ({ sandbox } = await subject.acquire({ environment: { LAYER: "request", SPACED: "a 'b' $c\nd" } }));
    });
    afterEach(async () => await subject.close());

    describe(`commands in a ${kind} sandbox`, () => {
      test("start in the root, and return both outputs and the exit code", async () => {
        expect(await printed(sandbox, "pwd")).toBe(sandbox.root);
        const result = await sandbox.execute("echo out; echo err >&2; exit 7");
        expect(result).toEqual({ output: "out\nerr\n", exitCode: 7, cut: 0 });
      });

      test("may have no output", async () => {
        expect(await sandbox.execute("true")).toEqual({ output: "", exitCode: 0, cut: 0 });
      });

      test("may contain any text", async () => {
        expect(await printed(sandbox, `echo 'it'"'"'s' "\\$HOME" \`echo ok\`; # ü €\n\necho "@done"`)).toBe(
          "it's $HOME ok\n@done",
        );
        expect(await printed(sandbox, "cat <<'END'\nline 1\n  $x \\\\ `y`\nEND")).toBe("line 1\n  $x \\\\ `y`");
      });

      test("with a syntax error fail with the shell's message", async () => {
        const { output, exitCode } = await sandbox.execute("if then (");
        expect(exitCode).toBe(2);
        expect(output).toContain("syntax error");
      });

      test("may be very long", async () => {
        expect(await printed(sandbox, `x=${"a".repeat(100_000)}; echo \${#x}`)).toBe("100000");
      });

      test("may be long and full of quotes", async () => {
        expect(await printed(sandbox, `printf %s "${"'".repeat(28_000)}" | wc -c`)).toBe("28000");
      });

      test("with a NUL character are refused", async () => {
        await expect(sandbox.execute("echo a\0b")).rejects.toThrow("A command cannot contain a NUL character.");
      });

      test("see exactly the environment of the request, overridden by their own", async () => {
        expect(await printed(sandbox, 'printf "%s" "$SPACED"')).toBe("a 'b' $c\nd");
        const { output } = await sandbox.execute('echo "$LAYER $root $dir $code"', {
          env: { LAYER: "command", root: "r", dir: "d", code: "c" },
        });
        expect(output).toBe("command r d c\n");
      });

      test("do not see variables whose names a shell cannot have, and run", async () => {
        const odd = {
          "my-var": "odd",
          "a.b": "odd",
          "1A": "odd",
          UID: "odd",
          IFS: "odd",
          SHELLOPTS: "noexec",
          OPTIND: "odd",
        };
        const handle = await subject.acquire({ environment: { ...odd, FINE: "yes" } });
        const output = await printed(handle.sandbox, "env; echo end");
        expect(output).toContain("FINE=yes");
        expect(output).not.toContain("odd");
        expect(output).toEndWith("end");
      });

      test("run with any value of the variables that affect shells and programs", async () => {
        for (const name of "PATH HOME ENV BASH_ENV CDPATH LC_ALL TMPDIR _r_timeout _r_shell".split(" ")) {
          const handle = await subject.acquire({ environment: { [name]: "/no where" } });
          const { output, exitCode } = await handle.sandbox.execute(`printf '%s|' "$${name}"; (no-such-program)`);
          expect({ name, exitCode }).toEqual({ name, exitCode: 127 });
          expect(output).toContain("/no where|");
          // What tells the agent that PATH is wrong.
          expect(output).toContain("no-such-program");
          await handle.release();
        }
      });

      test("do not see the runner's own environment", async () => {
        const { output } = await sandbox.execute("env");
        expect(output).not.toContain("NODE_ENV");
        for (const name of ["STIGMER", "TEMPORAL", "REDIS", "DAYTONA"]) expect(output).not.toContain(name);
        // Nor the variables of the runner's own scripts.
        for (const name of ["LC_ALL", "dir", "root", "limit", "command", "_r_code"])
          expect(output).not.toMatch(new RegExp(`^${name}=`, "m"));
      });

      test("run without colors and without a pager", async () => {
        expect(await printed(sandbox, "echo $TERM $PAGER $NO_COLOR")).toBe("dumb cat 1");
      });

      test("have a closed standard input", async () => {
        expect((await sandbox.execute("cat; read x; echo $?")).output).toBe("1\n");
      });

      test("share files, but no variables", async () => {
        await sandbox.execute("mkdir -p sub && cd sub && x=1 && echo hello >file");
        expect(await printed(sandbox, 'pwd; cat sub/file; echo "[$x]"')).toBe(`${sandbox.root}\nhello\n[]`);
      });

      test("keep the head and the tail of too much output, and say how much was cut", async () => {
        const { output, cut, exitCode } = await sandbox.execute(
          "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last",
        );
        expect(exitCode).toBe(0);
        expect(cut).toBe(3_000_012 - COMMAND_OUTPUT_LIMIT);
        expect(output.startsWith("first\nxxx")).toBe(true);
        expect(output.endsWith("xxx\nlast\n")).toBe(true);
        expect(output).toContain(`${cut} bytes of output cut`);
      });

      test("survive a flood of output", async () => {
        const { output, cut } = await sandbox.execute(
          "echo first; yes | head -c 60000000; sleep 1.5; yes | head -c 9000000; echo last",
        );
        expect(cut).toBe(69_000_011 - COMMAND_OUTPUT_LIMIT);
        expect(output.startsWith("first\ny\n")).toBe(true);
        expect(output.endsWith("y\nlast\n")).toBe(true);
      });

      test("may print binary output", async () => {
        const { output, exitCode } = await sandbox.execute("printf 'a\\377\\000b\\n'");
        expect(exitCode).toBe(0);
        expect(output.isWellFormed()).toBe(true);
        expect(output).toMatch(/^a.*b\n$/s);
      });

      test("that a signal ended have its exit code", async () => {
        expect((await sandbox.execute("kill -KILL $$")).exitCode).toBe(137);
      });

      test("do not wait for background processes, which run until the sandbox is released", async () => {
        const handle = await subject.acquire();
        const { output } = await handle.sandbox.execute("(while sleep 0.1; do date +%N >beat; done) & echo started");
        expect(output).toBe("started\n");
        const beat = () => printed(handle.sandbox, "cat beat");
        const first = await asked(beat, (value) => value !== "");
        await asked(beat, (value) => value !== first);
        await handle.release();
        const { sandbox: again } = await subject.acquire();
        const last = await printed(again, `cat '${handle.sandbox.root}/beat'`);
        await pause(500);
        expect(await printed(again, `cat '${handle.sandbox.root}/beat'`)).toBe(last);
      });

      test("can run at the same time", async () => {
        const outputs = await Promise.all(["1", "2", "3", "4"].map((n) => printed(sandbox, `sleep 0.3; echo ${n}`)));
        expect(outputs).toEqual(["1", "2", "3", "4"]);
      });

      test("are stopped with everything that they started when the signal aborts", async () => {
        const controller = new AbortController();
        const running = sandbox.execute("(trap '' TERM; while sleep 0.1; do date +%N >beat; done) & sleep 60", {
          signal: controller.signal,
        });
        const beat = () => printed(sandbox, "cat beat");
        await asked(beat, (value) => /^\d+$/.test(value));
        controller.abort(new Error("aborted"));
        await running.catch(() => undefined);
        const last = await beat();
        await pause(500);
        expect(await beat()).toBe(last);
      });

      test("are not started if the signal aborted before", async () => {
        const signal = AbortSignal.abort(new Error("aborted"));
        await expect(sandbox.execute("touch started", { signal })).rejects.toThrow("aborted");
        expect(await printed(sandbox, "ls")).toBe("");
      });
    });

    describe(`commands that take too long in a ${kind} sandbox`, () => {
      test("are stopped with everything that they started, and their output is kept", async () => {
        const brief = await open({ commandTimeoutMs: 3_000 });
        try {
          const handle = await brief.acquire();
          const result = await handle.sandbox.execute(
            "echo begun; (trap '' TERM; while sleep 0.1; do date +%N >beat; done) & sleep 60",
          );
          expect(result.exitCode).toBe(TIMEOUT_EXIT_CODE);
          expect(result.output).toBe(
            "begun\n[The command did not end within 3.0 s and was stopped with everything that it had started.]",
          );
          const last = await printed(handle.sandbox, "cat beat");
          await pause(500);
          expect(await printed(handle.sandbox, "cat beat")).toBe(last);
        } finally {
          await brief.close();
        }
      });

      test("are not confused with those that end by themselves with the same exit code", async () => {
        expect(await sandbox.execute("exit 124")).toEqual({ output: "", exitCode: 124, cut: 0 });
      });
    });
  });
}
