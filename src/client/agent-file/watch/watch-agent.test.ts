import { describe, expect, spyOn, test } from "bun:test";
import { rename, rm } from "node:fs/promises";
import { until } from "../../../../test/support/eventually.ts";
import { poet, watchAgent } from "../../../../test/support/watched-agent.ts";

describe("a watched agent file", () => {
  test("is applied at once, and again when it changes, also if an editor replaces it", async () => {
    await using watch = await watchAgent({ "agent.yaml": poet("One") });
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
    await using watch = await watchAgent({ "agent.yaml": poet("One") });
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
    await using watch = await watchAgent({});
    await watch.says("The agent file agent.yaml cannot be read");
    await watch.says("agent.yaml was not applied");
    await watch.write({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet of agent.yaml");
  });

  test("follows the files of its skills and environments", async () => {
    await using watch = await watchAgent({
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
    await using watch = await watchAgent({ "agent.yaml": whole("https://shop.example/1", "Be mild") });
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

  test("that changes many times in a second is applied as it is at last", async () => {
    await using watch = await watchAgent({ "agent.yaml": poet("One") });
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
    await using watch = await watchAgent({
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
    await using watch = await watchAgent({ "agent.yaml": poet("One") });
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
    await using watch = await watchAgent({ "agent.yaml": poet("One") });
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
    await using watch = await watchAgent({ "agent.yaml": poet("One") });
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
    await using watch = await watchAgent({ "agent.yaml": "metadata: {name: '💥'}\n" });
    await watch.write({ "agent.yaml": "metadata: {name: '!'}\n" });
    await watch.says("AgentCommandController.apply at");
    await watch.says("agent.yaml was not applied");
    await watch.write({ "agent.yaml": poet("One") });
    await watch.says("Applied the agent poet");
  });
});
