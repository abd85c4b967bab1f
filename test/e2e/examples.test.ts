/** The examples, run as their README.md says: the compiled program, an agent file, and a script instead of a model. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { installProgram, startProgram } from "../support/program.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const examples = join(import.meta.dir, "../../examples");
const FIRST_PRIMES = "2\n3\n5\n7\n11\n13\n17\n19\n23\n29\n31\n37\n41\n43\n47\n53\n59\n61\n67\n71\n";
const SECRET = "a-secret-token";

let folder: TemporaryFolder;
let program: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  program = await installProgram(join(folder.path, "program"));
});
afterAll(() => folder[Symbol.asyncDispose]());

interface AgentExecutionStatusJson {
  readonly toolCalls?: readonly object[];
}

/** Runs an example against a `dev` that plays its script. @returns what `run` printed, all that was shown, and a reader of the workspace */
async function play(example: string, ...args: readonly string[]) {
  const [temporal, daemon, admin] = await freePorts(3);
  const cwd = join(folder.path, example);
  await Bun.write(join(cwd, ".keep"), "");
  const env = {
    TEMPORAL_SERVICE_ADDRESS: `localhost:${temporal}`,
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
    STIGMER_LLM_PROVIDER: "scripted",
    STIGMER_LLM_SCRIPT: join(examples, example, "model.yaml"),
  };
  await using dev = startProgram(program, ["dev"], env, cwd);
  await dev.says("Ready.");
  const agent = join(examples, example, "agent.yaml");
  await using run = startProgram(program, ["run", "--agent", agent, ...args], { ...env, API_TOKEN: SECRET }, cwd);
  expect(await run.exited).toBe(0);
  dev.signal("SIGINT");
  expect(await dev.exited).toBe(0);
  return {
    output: run.output(),
    errors: run.errors(),
    /** The last status, if it was asked for with --json. */
    get status(): AgentExecutionStatusJson {
      return JSON.parse(run.output().trimEnd().split("\n").at(-1) ?? "").status;
    },
    shown: run.output() + run.errors() + dev.output() + dev.errors(),
    file: (name: string) => readFile(join(cwd, "workspace", name), "utf8"),
  };
}

describe("example", () => {
  test("primes writes a program and keeps the output of its run", async () => {
    const { output, file } = await play("primes", "Print the first 20 prime numbers into primes.txt.");
    expect(output).toContain("Done. primes.sh prints the first 20 prime numbers");
    expect(await file("primes.txt")).toBe(FIRST_PRIMES);
  });

  test("secrets uses a variable and a secret, and shows the secret nowhere", async () => {
    const variables = ["--env", "TARGET=staging", "--secret-env", "API_TOKEN"];
    const { output, shown, file } = await play("secrets", ...variables, "Write the request.");
    expect(output).toContain("Done. The request is in request.txt");
    expect(shown).not.toContain(SECRET);
    expect(await file("request.txt")).toBe(
      `GET https://staging.example.com/ HTTP/1.1\nAuthorization: Bearer ${SECRET}\n`,
    );
  });

  test("skill runs the script of a skill that was pushed from its folder", async () => {
    const { output, errors, file } = await play("skill", "Write a nursery rhyme into rhyme.txt and count its words.");
    expect(errors).toContain("Pushing the skill word-count");
    expect(output).toContain("Done. The most frequent word is");
    expect(await file("words.txt")).toBe("merrily 4\nrow 3\na 1\n");
  });

  test("mcp-server asks a server of its own, and shows what that answers", async () => {
    const server = ["--env", `SHOP_SERVER=${join(examples, "mcp-server/server.py")}`];
    const { output, status } = await play("mcp-server", ...server, "--json", "How many apples are there?");
    expect(output).toContain("Done. There are 12 apples");
    expect(status.toolCalls).toMatchObject([
      { name: "stock", status: "TOOL_CALL_COMPLETED", result: "apples: 12" },
      { name: "stock", status: "TOOL_CALL_FAILED", error: expect.stringContaining("there is no bananas") },
    ]);
  });

  test("sub-agents lets one sub-agent write and the other review", async () => {
    const { output, file } = await play("sub-agents", "I want a poem about the sea.");
    expect(output.split("\n").map((line) => line.replace(/\(\d+\.\d s\)$/, "(0 s)"))).toEqual([
      "The poet begins.",
      "▸ task: poet — Write a poem about the sea into sea.txt.",
      "  ✓ poet · write_file: sea.txt (0 s)",
      "✓ task: poet — Write a poem about the sea into sea.txt. (0 s)",
      "Now the critic.",
      "▸ task: critic — Review the poem in sea.txt.",
      "  ✓ critic · read_file: sea.txt (0 s)",
      "✓ task: critic — Review the poem in sea.txt. (0 s)",
      "Done. The poem is in sea.txt, and the critic says that its lines rhyme.",
      expect.stringMatching(
        /^✓ completed after .* · 7 model calls, tokens not reported · continue with --session ses-/,
      ),
      "",
    ]);
    expect(await file("sea.txt")).toStartWith("The tide comes in");
  });
});

test.each(["primes", "secrets", "skill", "mcp-server", "sub-agents"])(
  "the example %s is found valid",
  async (example) => {
    const file = join(examples, example, "agent.yaml");
    const env = { STIGMER_BACKEND_ENDPOINT: "localhost:1" };
    await using check = startProgram(program, ["run", "--check", file], env, folder.path);
    expect(await check.exited).toBe(0);
    expect(check.output()).toContain("The file is valid.");
    expect(check.output()).not.toContain("error:");
  },
);
