/** How `dev` finds a model, and asks for a key at a real terminal. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { type AnthropicDouble, startAnthropicDouble } from "../support/anthropic-double.ts";
import { installedProgram } from "../support/installed-program.ts";
import { messagesOf, startProgram } from "../support/program.ts";
import { startAtTerminal } from "../support/terminal.ts";

const KEY = "sk-ant-api03-0123456789abcdefghijklmnopqrstuvwxyz";
const REFUSED = "sk-ant-api03-refused-0123456789abcdefghijklmnop";
const QUESTION = "API key of Anthropic or OpenAI";
const KEEP = "Keep it for the next";
const CHOICES = "There is no model for the agents yet";

const installed = installedProgram("temporal");
let anthropic: AnthropicDouble;
let provider: Bun.Server<undefined>;
/** The headers of requests for a list of models. */
const asked: Headers[] = [];

beforeAll(() => {
  anthropic = startAnthropicDouble(KEY);
  // Base URLs with a path are certainly not those of Ollama.
  provider = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/anthropic/v1/models") {
        asked.push(request.headers);
        return new Response("", { status: request.headers.get("x-api-key") === KEY ? 200 : 401 });
      }
      if (pathname === "/anthropic/v1/messages") return fetch(new Request(`${anthropic.url}/v1/messages`, request));
      return new Response("", { status: 404 });
    },
  });
});
afterAll(async () => {
  await provider.stop(true);
  await anthropic[Symbol.asyncDispose]();
});

async function place(more: Record<string, string> = {}) {
  const [daemon, admin, nothing] = await freePorts(3);
  const cwd = join(installed.folder.path, crypto.randomUUID());
  await mkdir(cwd);
  const data = join(cwd, "data");
  const env = {
    TERM: "xterm",
    TEMPORAL_SERVICE_ADDRESS: installed.temporal.address,
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
    OLLAMA_BASE_URL: `http://127.0.0.1:${nothing}`,
    STIGMER_LLM_BASE_URL: `http://127.0.0.1:${provider.port}/anthropic`,
    TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: crypto.randomUUID(),
    STIGMER_DATA_DIR: data,
    ...more,
  };
  return { cwd, env, data, keys: join(data, "keys.env") };
}

type Place = Awaited<ReturnType<typeof place>>;

/** A shell that runs `dev` and then says how it ended and whether the terminal echoes. */
function atTerminal({ cwd, env }: Place, args = "dev") {
  const script = `trap : INT; "$0" ${args}; echo "ended with $?"; stty -a | tr ' ' '\\n' | grep -x -- '-*echo'; echo over`;
  return startAtTerminal(["sh", "-c", script, installed.file], env, cwd);
}

const run = ({ cwd, env }: Place, message: string) => startProgram(installed.file, ["run", message], env, cwd);

/** Ends what runs in the terminal, as Ctrl-C does. */
async function stopped(terminal: ReturnType<typeof atTerminal>) {
  terminal.type("\x03");
  await terminal.says("\nover");
  expect(terminal.output()).toContain("ended with 0\r\necho\r\n");
}

async function contentsBelow(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), "latin1"));
  return (await Promise.all(texts)).join("\n");
}

describe("dev without a model", () => {
  test("explains the choices, and asks for a key that it keeps in memory", async () => {
    const here = await place();
    await using terminal = atTerminal(here);
    await terminal.says(QUESTION);
    for (const text of [CHOICES, "ollama pull qwen2.5-coder:7b", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "scripted"])
      expect(terminal.output()).toContain(text);
    terminal.type(`${KEY}\r`);
    await terminal.says(KEEP);
    expect(terminal.output()).toContain("Anthropic accepts the key.");
    terminal.type("\r");
    await terminal.says("Ready.");
    anthropic.say([{ text: `It works with ${KEY}.` }]);
    await using running = run(here, "Hello");
    expect(await running.exited).toBe(0);
    expect(running.output()).toContain("It works with ***.");
    await stopped(terminal);
    expect(terminal.output()).not.toContain(KEY);
    // It is nowhere: neither in a file nor in the environment of a process.
    expect(await contentsBelow(here.cwd)).not.toContain(KEY);
  });

  test("keeps the key in a file on request, and uses it the next time", async () => {
    const here = await place();
    await using terminal = atTerminal(here);
    await terminal.says(QUESTION);
    terminal.type(`\n${KEY}\nmore\n`);
    await terminal.says(KEEP);
    terminal.type("y\r");
    await terminal.says("Ready.");
    expect(terminal.output()).toContain(`The key is in ${here.keys}.`);
    await stopped(terminal);
    expect((await stat(here.keys)).mode & 0o777).toBe(0o600);
    await using again = startProgram(installed.file, ["dev"], here.env, here.cwd);
    await again.says("Ready.");
    expect(messagesOf(again.output())).toContainEqual(expect.stringContaining(`those of anthropic (${here.keys})`));
    anthropic.say([{ text: "Still here." }]);
    await using running = run(here, "Hello");
    expect(await running.exited).toBe(0);
    again.signal("SIGINT");
    expect(await again.exited).toBe(0);
    expect(terminal.output() + again.output()).not.toContain(KEY);
  });

  test("asks again after a key that is refused, or is none", async () => {
    await using terminal = atTerminal(await place());
    await terminal.says(QUESTION);
    terminal.type("not a key\r");
    await terminal.says("That is no API key");
    terminal.type(`${REFUSED}\r`);
    await terminal.says("Anthropic refuses this key.");
    terminal.type("\r");
    await terminal.says("Ready.");
    expect(terminal.output()).toContain("Going on without a model");
    await stopped(terminal);
    expect(terminal.output()).not.toContain(REFUSED);
  });

  test("asks whose key it is if that is not clear, and shows that answer", async () => {
    await using terminal = atTerminal(await place());
    await terminal.says(QUESTION);
    terminal.type("some-other-key-0123456789\r");
    await terminal.says("Whose key is it?");
    terminal.type("anth");
    await terminal.says("anth");
    terminal.type("ropic\r");
    await terminal.says("Anthropic refuses this key.");
    terminal.type("\x03");
    await terminal.says("\nover");
    expect(terminal.output()).toContain("ended with 130\r\necho\r\n");
    expect(terminal.output()).not.toContain("some-other-key");
  });

  test.each<[string, string, string]>([
    ["Ctrl-C", "\x03", "130"],
    ["Ctrl-C in the middle", "sk-ant\x03", "130"],
  ])("ends at %s, and the terminal echoes again", async (_, typed, code) => {
    await using terminal = atTerminal(await place());
    await terminal.says(QUESTION);
    terminal.type(typed);
    await terminal.says("\nover");
    expect(terminal.output()).toContain(`ended with ${code}\r\necho\r\n`);
  });

  test.each<[NodeJS.Signals, string]>([
    ["SIGTERM", "0"],
    ["SIGINT", "0"],
  ])("ends at %s, and the terminal echoes again", async (signal, code) => {
    await using terminal = atTerminal(await place());
    await terminal.says(QUESTION);
    const [pid] = await childrenOf(terminal.pid);
    process.kill(Number(pid), signal);
    await terminal.says("\nover");
    expect(terminal.output()).toContain(`ended with ${code}\r\necho\r\n`);
  });
});

test("a crash during the question leaves the terminal as it was", async () => {
  const prompt = join(import.meta.dir, "../../src/commands/dev-model/prompt.ts");
  const code = `const { ask } = await import(${JSON.stringify(prompt)});
    process.stdin.once("data", () => setTimeout(() => { throw new Error("a defect"); }));
    await ask("Question: ", true, new AbortController().signal);`;
  const script = `"$0" -e '${code}' 2>&1; stty -a | tr ' ' '\\n' | grep -x -- '-*echo'; echo over`;
  await using terminal = startAtTerminal(["sh", "-c", script, process.execPath], {}, installed.folder.path);
  await terminal.says("Question: ");
  terminal.type("x");
  await terminal.says("\nover");
  expect(terminal.output()).toMatch(/a defect[\s\S]*\necho\r\n/);
});

/** @returns ids of processes */
async function childrenOf(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ");
}

describe("dev does not ask", () => {
  test.each<[string, string, Record<string, string>]>([
    ["with --no-input", "dev --no-input", {}],
    ["in CI", "dev", { CI: "true" }],
    ["if its output is no terminal", "dev 2>/dev/null", {}],
    ["if its input is no terminal", "dev </dev/null", {}],
  ])("%s, but explains the choices", async (_, args, more) => {
    await using terminal = atTerminal(await place(more), args);
    await terminal.says("Ready.");
    expect(terminal.output()).toContain(CHOICES);
    expect(terminal.output()).not.toContain(QUESTION);
    await stopped(terminal);
  });

  test.each<[string, Record<string, string>]>([
    ["a provider is configured", { STIGMER_LLM_PROVIDER: "openai" }],
    ["a model is configured", { STIGMER_LLM_MODEL: "llama3.2" }],
    ["there is a key", { ANTHROPIC_API_KEY: KEY }],
    ["there is a key of the provider", { STIGMER_LLM_API_KEY: KEY }],
  ])("if %s", async (_, more) => {
    const here = await place(more);
    await using terminal = atTerminal(here);
    await terminal.says("Ready.");
    expect(terminal.output()).not.toContain(CHOICES);
    await stopped(terminal);
    expect(terminal.output()).not.toContain(KEY);
  });

  test("and uses no key from a file that others can read", async () => {
    const here = await place();
    await mkdir(here.data);
    await Bun.write(here.keys, `STIGMER_LLM_PROVIDER=anthropic\nANTHROPIC_API_KEY=${KEY}\n`);
    await using program = startProgram(installed.file, ["dev"], here.env, here.cwd);
    await program.says("Ready.");
    expect(program.output()).toContain(`chmod 600 ${here.keys}`);
    expect(program.output()).toContain(CHOICES);
  });
});
