import { describe, expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DevProgram, startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startOtlpReceiver } from "../support/otlp/receiver.ts";
import type { RunningProgram } from "../support/program.ts";

/** Long enough for several lines in base64, hexadecimal digits and dumps; with signs that every way of quoting changes. */
const SECRET = "run-secret-k7Qx&vT2mWz9pLr4+HsJ8bNcY6dGf3'uRaE5wKqZ1tXo\"PjMvB0yCgSi7UhDnVl2Qe9Fz4Rk8Ax6Tm3Wp_end";
/** What a tool makes of the secret, each in a call of its own; the last is long enough to be kept in a file. */
const SHAPES: readonly string[] = [
  'echo "$API_TOKEN"',
  'echo "$API_TOKEN" | base64',
  'echo "user:$API_TOKEN" | base64 | tr "+/" "-_"',
  'echo "$API_TOKEN" | base32',
  'echo "$API_TOKEN" | fold -w 7',
  'echo "$API_TOKEN" | fold -w 1',
  'printf %s "$API_TOKEN" | od -An -tx1',
  'echo "$API_TOKEN" | od -c',
  'echo "$API_TOKEN" | od',
  'printf %q "$API_TOKEN"; set; export -p',
  `printf %s "$API_TOKEN" | od -An -v -tx1 | tr -d '\\n' | sed 's/ /%/g'`,
  `printf %s "$API_TOKEN" | sed 's/&/\\&amp;/g; s/"/\\&quot;/g; s/'"'"'/\\&#39;/g'`,
  'env; seq 1 9000; echo "$API_TOKEN" | base64; echo "$API_TOKEN"; seq 1 9000; env; echo "$API_TOKEN" | od -c',
];

const installed = installedProgram("ollama");

interface Dev extends DevProgram {
  run(...args: string[]): RunningProgram;
}

/** `dev` in a folder of its own, with its data beside the workspace. */
async function dev(name: string, more: Readonly<Record<string, string>> = {}): Promise<Dev> {
  const STIGMER_DATA_DIR = join(installed.folder.path, name, "data");
  const env = { OLLAMA_BASE_URL: installed.ollama.url, STIGMER_DATA_DIR, ...more };
  const program = await startDev(installed, env, name);
  return { ...program, run: (...args) => program.command(["run", ...args], { API_TOKEN: SECRET }) };
}

/** Characters of a secret that are of use to whoever finds them, in the spellings that files are searched for. */
function pieces(): string[] {
  const bytes = Buffer.from(SECRET);
  const found = new Set<string>();
  for (let index = 0; index + 9 <= SECRET.length; index++) {
    const part = SECRET.slice(index, index + 9);
    found.add(part);
    found.add(JSON.stringify(part).slice(1, -1));
    found.add(bytes.subarray(index, index + 9).toString("hex"));
    found.add(bytes.subarray(index, index + 9).toString("base64"));
  }
  return [...found];
}

const PIECES = pieces();

/** The pieces of the secret in a text, without the white space in it. */
function leaked(text: string): string[] {
  const squeezed = text.replace(/\s/g, "");
  return PIECES.filter((piece) => text.includes(piece) || squeezed.includes(piece));
}

/** All files below a directory in which a piece of the secret is. */
async function leakedFiles(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // Temporal makes and removes files of its own meanwhile.
    if (leaked(await readFile(path, "latin1").catch(() => "")).length > 0) found.push(path);
  }
  return found;
}

const printing = (_: unknown, turn: number) =>
  turn < SHAPES.length
    ? { text: `Step ${turn}: ${SECRET}.`, tools: [{ name: "execute", args: { command: SHAPES[turn] ?? "" } }] }
    : { text: `All of ${btoa(SECRET)} was printed.` };

describe("secret of an execution", () => {
  test("is shown in no form, and neither stored nor found by the next execution of its session", async () => {
    await using collector = startOtlpReceiver();
    await using everything = await dev("shapes", {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: "10",
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "1000000",
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
    });
    installed.ollama.converse(printing);
    const run = everything.run("Print it", "--secret-env", "API_TOKEN", "--json");
    expect(await run.exited).toBe(0);
    const updates = run.output().trimEnd().split("\n");
    const last = JSON.parse(updates.at(-1) ?? "{}") as {
      spec: { sessionId: string };
      status: { phase: string; toolCalls: unknown[] };
    };
    expect(last.status.phase).toBe("EXECUTION_COMPLETED");
    expect(last.status.toolCalls).toHaveLength(SHAPES.length);
    expect(leaked(run.output())).toEqual([]);
    expect(leaked(everything.output() + everything.errors())).toEqual([]);
    await until("its trace was received", () => collector.spans.some(({ parentId }) => parentId === ""));
    const results = collector.spans.filter(({ attributes }) => "gen_ai.tool.call.result" in attributes);
    expect(results).toHaveLength(SHAPES.length);
    expect(leaked(JSON.stringify(collector.spans))).toEqual([]);
    // The agent itself worked with it.
    expect(installed.ollama.requests.some(({ messages }) => JSON.stringify(messages).includes("run-secret-k7Qx"))).toBe(
      true,
    );

    const before = installed.ollama.requests.length;
    const kept = join(everything.cwd, "workspace/.agent-runner/tool-results");
    expect((await readdir(kept, { recursive: true })).filter((name) => name.endsWith(".txt"))).toHaveLength(1);
    installed.ollama.converse((_, turn) =>
      turn === 0
        ? {
            text: "",
            tools: [{ name: "execute", args: { command: `grep -r . .agent-runner; cat ../data/* | strings` } }],
          }
        : { text: "I have looked." },
    );
    const next = everything.run("Look for it", "--session", last.spec.sessionId, "--json");
    expect(await next.exited).toBe(0);
    const asked = installed.ollama.requests.slice(before);
    expect(asked[0]?.messages.filter(({ role }) => role === "tool")).toHaveLength(SHAPES.length);
    expect(leaked(JSON.stringify(asked))).toEqual([]);
    expect(leaked(next.output())).toEqual([]);

    expect(await leakedFiles(everything.cwd)).toEqual([]);
    everything.signal("SIGINT");
    expect(await everything.exited).toBe(0);
    expect(await leakedFiles(everything.cwd)).toEqual([]);
  });

  test("is in no file if the runner was killed while it was used", async () => {
    await using everything = await dev("killed");
    installed.ollama.converse((request, turn) => (turn < 3 ? printing(request, turn) : { hang: true }));
    const before = installed.ollama.requests.length;
    await using _run = everything.run("Print it", "--secret-env", "API_TOKEN");
    await until("the model is asked the fourth time", () => installed.ollama.requests.length === before + 4);
    everything.signal("SIGKILL");
    await everything.exited;
    expect(await leakedFiles(everything.cwd)).toEqual([]);
  });
});
