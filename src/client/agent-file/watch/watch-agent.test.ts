import { describe, expect, spyOn, test } from "bun:test";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { type DaemonServices, openDaemonServices } from "../../../../test/support/daemon-services.ts";
import { until } from "../../../../test/support/eventually.ts";
import { type FileTree, fileTree, writeFiles } from "../../../../test/support/file-tree.ts";
import { type Agent, AgentQueryController, ApiResourceKind } from "../../../stigmer/index.ts";
import { watchAgentFile } from "./watch-agent.ts";

const RETRY_MS = 50;

interface Watch extends AsyncDisposable {
  readonly server: DaemonServices;
  readonly log: string[];
  /** Waits for a line that begins like this, after those that were waited for before. */
  says(text: string): Promise<string>;
  write(files: FileTree): Promise<void>;
  file(name: string): string;
  agent(): Promise<Agent>;
}

async function watching(files: FileTree): Promise<Watch> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(await fileTree(files));
  const server = opening.use(await openDaemonServices());
  const end = new AbortController();
  const log: string[] = [];
  const say = (text: string) => void log.push(text.replaceAll(`${folder.path}/`, ""));
  const ended = watchAgentFile(
    folder.file("agent.yaml"),
    server.client,
    { info: say, warn: say, error: say },
    end.signal,
    RETRY_MS,
  );
  opening.defer(async () => {
    end.abort();
    await ended;
  });
  const opened = opening.move();
  let seen = 0;
  return {
    server,
    log,
    file: folder.file,
    write: (changed) => writeFiles(folder.path, changed),
    says: async (text) => {
      const index = () => log.findIndex((line, at) => at >= seen && line.startsWith(text));
      await until(`"${text}" in ${JSON.stringify(log)}`, () => index() >= 0).catch(() => {
        throw new Error(`it did not say "${text}" but ${JSON.stringify(log.slice(seen))}`);
      });
      const line = log[index()] ?? "";
      seen = index() + 1;
      return line;
    },
    agent: async () =>
      await server.client.call(AgentQueryController.method.getByReference, {
        kind: ApiResourceKind.agent,
        slug: "poet",
      }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const poet = (instructions: string, more = "") =>
  `metadata: {name: poet}\nspec: {instructions: ${instructions}${more}}\n`;

describe("a watched agent file", () => {
  test("is applied at once, and again when it changes, also if an editor replaces it", async () => {
    await using watch = await watching({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet of agent.yaml");
    await watch.write({ "agent.yaml": poet("Two") });
    await watch.says("Applied the agent poet again: instructions. The next message uses it");
    expect((await watch.agent()).spec?.instructions).toBe("Two");
    for (const text of ["Three", "Four"]) {
      await watch.write({ ".agent.yaml.swp": poet(text) });
      await rename(watch.file(".agent.yaml.swp"), watch.file("agent.yaml"));
      await watch.says("Applied the agent poet again: instructions");
      expect((await watch.agent()).spec?.instructions).toBe(text);
    }
  });

  test("that is wrong is reported once, and the agent stays as it was", async () => {
    await using watch = await watching({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet");
    await watch.write({ "agent.yaml": "metadata: {name: poet}\nspec: {instruction: Two}\n" });
    await watch.says("agent.yaml:2:8: spec.instruction is unknown: did you mean instructions?");
    await watch.says("The agent stays as it was");
    await watch.write({ "agent.yaml": "metadata: [\n" });
    await watch.says("agent.yaml:2:1: it is not YAML");
    expect((await watch.agent()).spec?.instructions).toBe("One");
    await rm(watch.file("agent.yaml"));
    await watch.says("The agent file agent.yaml cannot be read");
    await watch.write({ "agent.yaml": poet("One") });
    await watch.says("agent.yaml is valid again; nothing has changed");
    await watch.write({ "agent.yaml": poet("Two") });
    await watch.says("Applied the agent poet again: instructions");
  });

  test("that does not exist yet is applied when it is written", async () => {
    await using watch = await watching({});
    await watch.says("The agent file agent.yaml cannot be read");
    await watch.says("agent.yaml was not applied");
    await watch.write({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet of agent.yaml");
  });

  test("follows the files of its skills and environments", async () => {
    await using watch = await watching({
      "agent.yaml": `${poet("One", ", skill_refs: [{path: skills/verse}]")}environment_refs: [{path: conf/.env}]\n`,
      "skills/verse/SKILL.md": "Rhyme.\n",
      "conf/.env": "KEY=first-value\n",
    });
    await watch.says("Pushing the skill verse");
    await watch.says("Applied the agent poet of");
    await watch.write({ "skills/verse/SKILL.md": "Rhyme well.\n" });
    expect(await watch.says("Applied the agent poet again")).toContain("again: skill verse. The");
    await watch.write({ "skills/verse/scripts/deep/count.sh": "#!/bin/sh\nwc\n" });
    await watch.says("Applied the agent poet again: skill verse");
    await watch.write({ "skills/verse/scripts/deep/count.sh": "#!/bin/sh\nwc -l\n" });
    await watch.says("Applied the agent poet again: skill verse");
    await watch.write({ "conf/.env": "KEY=second-value\n" });
    await watch.says("Applied the agent poet again: environment conf/.env");
    await rm(watch.file("skills/verse"), { recursive: true });
    await watch.says(
      "agent.yaml:2:41: spec.skill_refs[0].path leads to a folder that cannot be used: it does not exist",
    );
    await watch.write({ "skills/verse/SKILL.md": "Rhyme best.\n" });
    await watch.says("Applied the agent poet again: skill verse");
    await watch.write({ "skills/verse/SKILL.md": "Rhyme at last.\n" });
    await watch.says("Applied the agent poet again: skill verse");
    await watch.write({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet again: skill verse (removed), environment conf/.env (removed)");
    expect(watch.log.join()).not.toMatch(/(first|second)-value/);
  });

  test("follows its MCP servers and sub-agents, and keeps the last good ones", async () => {
    const whole = (url: string, critic: string, server = "shop") =>
      poet(
        "One",
        `, mcp_servers: [{name: shop, http: {url: "${url}"}}], sub_agents: [{name: critic, description: x, instructions: ${critic}, mcp_servers: [${server}]}]`,
      );
    await using watch = await watching({ "agent.yaml": whole("https://shop.example/1", "Be mild") });
    await watch.says("Applied the agent poet of");
    await watch.write({ "agent.yaml": whole("https://shop.example/2", "Be mild") });
    await watch.says("Applied the agent poet again: MCP server shop. The");
    await watch.write({ "agent.yaml": whole("https://shop.example/2", "Be strict") });
    await watch.says("Applied the agent poet again: sub-agent critic. The");
    await watch.write({ "agent.yaml": whole("https://shop.example/3", "Be unfair", "shp") });
    expect(await watch.says("agent.yaml:2:")).toContain(
      'spec.sub_agents[0].mcp_servers[0] is "shp", a server that the agent does not have: did you mean shop?',
    );
    await watch.says("The agent stays as it was");
    const { mcpServers, subAgents } = (await watch.agent()).spec ?? {};
    expect([mcpServers?.[0]?.serverType.value, subAgents?.[0]?.instructions]).toMatchObject([
      { url: "https://shop.example/2" },
      "Be strict",
    ]);
  });

  test("follows what editors replace, and what is behind links", async () => {
    await using watch = await watching({
      "real/agent.yaml": `${poet("One", ", skill_refs: [{path: verse}]")}environment_refs: [{path: .env}]\n`,
      "real/keys": "KEY=first-value\n",
      "verse/SKILL.md": "Rhyme.\n",
      ".env": "",
    });
    await rm(watch.file(".env"));
    await symlink("more", watch.file(".env"));
    await symlink("real/keys", watch.file("more"));
    await symlink("real/agent.yaml", watch.file("agent.yaml"));
    await watch.says("Applied the agent poet of");
    await watch.write({ "real/keys": "KEY=second-value\n" });
    await watch.says("Applied the agent poet again: environment .env.");
    // Many editors write a new file, and give it the name of the old one.
    await watch.write({ "real/keys~": "KEY=third-value\n", "new/SKILL.md": "Rhyme well.\n" });
    await rename(watch.file("real/keys~"), watch.file("real/keys"));
    await watch.says("Applied the agent poet again: environment .env.");
    await rm(watch.file("real/keys"));
    await watch.says("agent.yaml:3:21: environment_refs[0].path leads to");
    await watch.write({ "real/keys": "KEY=fourth-value\n" });
    await watch.says("Applied the agent poet again: environment .env.");
    await rename(watch.file("verse"), watch.file("old"));
    await rename(watch.file("new"), watch.file("verse"));
    await watch.says("Applied the agent poet again: skill verse.");
    await mkdir(watch.file("verse/more"));
    await watch.write({ "verse/more/words.txt": "sea\n" });
    await watch.says("Applied the agent poet again: skill verse.");
  });

  test("that changes many times in a second is applied as it is at last", async () => {
    await using watch = await watching({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet of");
    for (let n = 0; n < 100; n++) {
      await watch.write({ "agent.yaml": n % 2 === 0 ? poet(`Number ${n}`) : "metadata: {" });
      await Bun.sleep(1);
    }
    await watch.write({ "agent.yaml": poet("Last") });
    await until("the last one is applied", async () => (await watch.agent()).spec?.instructions === "Last");
    expect(watch.log.filter((line) => line.startsWith("Applied")).length).toBeLessThan(50);
  });

  test("is not applied again for changes beside it, or in what is not part of a skill", async () => {
    await using watch = await watching({
      "agent.yaml": poet("One", ", skill_refs: [{path: verse}]"),
      "verse/SKILL.md": "Rhyme.\n",
    });
    await watch.says("Applied the agent poet");
    await watch.write({ "other.yaml": "x", "verse/.git/HEAD": "x", "verse/.DS_Store": "x" });
    await watch.write({ "agent.yaml": `# a comment\n${poet("One", ", skill_refs: [{path: verse}]")}` });
    await watch.write({ "agent.yaml": poet("Two", ", skill_refs: [{path: verse}]") });
    await watch.says("Applied the agent poet again: instructions. ");
    expect(watch.log.filter((line) => line.startsWith("Applied"))).toHaveLength(2);
  });

  test("goes on after it has named a pipe, into which nobody writes", async () => {
    await using watch = await watching({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet of");
    await Bun.$`mkfifo ${watch.file("secrets")}`;
    await watch.write({ "agent.yaml": `${poet("Two")}environment_refs: [{path: secrets}]\n` });
    expect(await watch.says("agent.yaml:3:21: environment_refs[0].path")).toContain(
      "a pipe, which can be read only once",
    );
    await watch.write({ "agent.yaml": poet("Three") });
    await watch.says("Applied the agent poet again: instructions");
  });

  test("that could not be stored is applied as soon as it can be, and nothing is told twice", async () => {
    await using watch = await watching({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet of");
    watch.server.database.run("PRAGMA query_only = 1");
    await watch.write({ "agent.yaml": poet("Two") });
    await watch.says("AgentCommandController.apply at");
    await watch.says("The agent stays as it was");
    const lines = watch.log.length;
    watch.server.database.run("PRAGMA query_only = 0");
    await watch.says("Applied the agent poet again: instructions");
    expect(watch.log).toHaveLength(lines + 1);
  });

  test("goes on after a mistake of the program, which is told with its place", async () => {
    await using watch = await watching({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet of");
    using _ = spyOn(watch.server.client, "call").mockImplementationOnce(() => {
      throw new TypeError("a mistake");
    });
    await watch.write({ "agent.yaml": poet("Two") });
    expect(await watch.says("TypeError: a mistake")).toContain("watch-agent.test.ts");
    await watch.says("The agent stays as it was");
    await watch.says("Applied the agent poet again: instructions");
  });

  test("is not applied while the server refuses it, which is told", async () => {
    await using watch = await watching({ "agent.yaml": "metadata: {name: '💥'}\n" });
    await watch.write({ "agent.yaml": "metadata: {name: '!'}\n" });
    await watch.says("AgentCommandController.apply at");
    await watch.says("agent.yaml was not applied");
    await watch.write({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet");
  });
});
