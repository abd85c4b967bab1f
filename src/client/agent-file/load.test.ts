import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { Agent } from "../../stigmer/index.ts";
import { ClientError } from "../client-error.ts";
import { loadAgentFile } from "./load.ts";

const never = new AbortController().signal;

async function read(text: string): Promise<Agent> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "agent.yaml");
  await Bun.write(file, text);
  return (await loadAgentFile(file, never)).agent;
}

describe("agent file", () => {
  test("can be YAML with snake_case field names", async () => {
    const agent = await read(`
metadata: {name: reviewer}
spec:
  description: Reviews code
  instructions: |
    You review code.
  env_spec:
    data:
      TOKEN: {is_secret: true}
`);
    expect(agent).toMatchObject({
      metadata: { name: "reviewer" },
      spec: {
        description: "Reviews code",
        instructions: "You review code.\n",
        envSpec: { data: { TOKEN: { value: "", isSecret: true } } },
      },
    });
  });

  test("may contain the kind Agent", async () => {
    expect(await read("{apiVersion: agentic.stigmer.ai/v1, kind: Agent, metadata: {name: x}}")).toMatchObject({
      kind: "Agent",
    });
  });

  test("can be JSON with camelCase field names", async () => {
    const agent = await read('{"metadata":{"slug":"reviewer"},"spec":{"envSpec":{"data":{"A":{"value":"b"}}}}}');
    expect(agent).toMatchObject({
      metadata: { slug: "reviewer" },
      spec: { envSpec: { data: { A: { value: "b", isSecret: false } } } },
    });
  });
});

describe("an agent file is refused", () => {
  for (const [what, text, problem] of [
    ["that is not YAML", "metadata: [", "is not an Agent"],
    ["that is empty", "", "is empty"],
    ["that has only comments", "# an agent\n---\n", "is empty"],
    ["of another kind", "{kind: Workflow, metadata: {name: x}, spec: {steps: []}}", 'its kind is "Workflow"'],
    ["that is a list", "- metadata", "is not an Agent"],
    ["with a field that agents do not have", "{metadata: {name: x}, spec: {instruction: typo}}", "instruction"],
    ["with a value of another kind", "{metadata: {name: x}, spec: {instructions: [1]}}", "instructions"],
    ["that names no agent", "{spec: {instructions: x}}", "set metadata.name"],
  ] as const) {
    test(what, async () => {
      await expect(read(text)).rejects.toThrow(ClientError);
      await expect(read(text)).rejects.toThrow(problem);
    });
  }

  test("if it does not exist", async () => {
    await expect(loadAgentFile("/nowhere/agent.yaml", never)).rejects.toThrow(
      "The agent file /nowhere/agent.yaml cannot be read",
    );
  });

  test("if it is a directory or a device", async () => {
    await expect(loadAgentFile("/tmp", never)).rejects.toThrow("The agent file /tmp is a directory");
    for (const device of ["/dev/zero", "/dev/null"])
      await expect(loadAgentFile(device, never)).rejects.toThrow(`${device} is a device: name a file, or a pipe`);
  });

  test("if it is standard input, where that was read already", async () => {
    await expect(loadAgentFile("-", never)).rejects.toThrow("can be read only once: name a file");
  });

  test("if it is too large or not text", async () => {
    await expect(read("x".repeat(1024 * 1024 + 1))).rejects.toThrow("is longer than 1 MiB");
    await expect(read("metadata: {name: a\0}")).rejects.toThrow("contains NUL bytes");
    await using folder = await temporaryFolder();
    const file = join(folder.path, "latin-1.yaml");
    await Bun.write(file, Buffer.from("metadata: {name: Jos\xe9}", "latin1"));
    await expect(loadAgentFile(file, never)).rejects.toThrow("no text in UTF-8");
  });
});

test("an agent on standard input has its files in the working directory", async () => {
  async function* stdin() {
    yield Buffer.from("metadata: {name: poet}\nspec: {skill_refs: [{path: nowhere/at/all}]}\n");
  }
  await expect(loadAgentFile("-", never, { stdin: stdin() })).rejects.toThrow(
    "standard input:2:22: spec.skill_refs[0].path leads to a folder that cannot be used: it does not exist",
  );
});

test("a pipe that nobody writes to is named to the user, who can give up", async () => {
  await using folder = await temporaryFolder();
  const pipe = join(folder.path, "keys");
  await Bun.$`mkfifo ${pipe}`;
  await Bun.write(join(folder.path, "agent.yaml"), "metadata: {name: poet}\nenvironment_refs: [{path: keys}]\n");
  const end = new AbortController();
  const told = Promise.withResolvers<string>();
  const loading = loadAgentFile(join(folder.path, "agent.yaml"), end.signal, { tell: told.resolve });
  loading.catch(() => undefined);
  expect(await told.promise).toBe(`Waiting for the end of the pipe ${pipe}. Give up with Ctrl-C.`);
  end.abort();
  await expect(loading).rejects.toThrow();
});
