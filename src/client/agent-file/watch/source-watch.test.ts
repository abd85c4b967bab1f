import { describe, test } from "bun:test";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { poet, watchAgent } from "../../../../test/support/watched-agent.ts";

describe("the watch of an agent file", () => {
  test("follows what editors replace, and what is behind links", async () => {
    await using watch = await watchAgent({
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

  test("follows links in the middle of its path, and of paths in it", async () => {
    const agent = (text: string) =>
      `${poet(text, ", skill_refs: [{path: now/verse}]")}environment_refs: [{path: now/keys}]\n`;
    await using watch = await watchAgent({
      "v1/agent.yaml": agent("One"),
      "v1/keys": "KEY=first-value\n",
      "v1/verse/SKILL.md": "Rhyme.\n",
      "v2/agent.yaml": agent("Two"),
      "v2/keys": "KEY=second-value\n",
      "v2/verse/SKILL.md": "Rhyme.\n",
      "v3/agent.yaml": agent("Two"),
      "v3/keys": "KEY=second-value\n",
      "v3/verse/SKILL.md": "Rhyme well.\n",
    });
    const lead = async (name: string, target: string) => {
      await symlink(target, watch.file("new"));
      await rename(watch.file("new"), watch.file(name));
    };
    await lead("now", "v1");
    await lead("agent.yaml", "now/agent.yaml");
    await watch.says("Applied the agent poet of");
    await lead("now", "v2");
    await watch.says("Applied the agent poet again: instructions, environment now/keys.");
    await lead("now", "v3");
    await watch.says("Applied the agent poet again: skill verse.");
  });
});
