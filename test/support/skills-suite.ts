import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { strToU8, type Zippable, zipSync } from "fflate";
import { ResourceStore } from "../../src/daemon/resource-store.ts";
import {
  type AgentExecution,
  ApiResourceKind,
  MessageType,
  type Skill,
  SkillCommandController,
  type StigmerClient,
} from "../../src/stigmer/index.ts";
import { SOME_HOSTILE_ZIPS } from "./hostile-zips.ts";
import type { OllamaDouble } from "./ollama-double.ts";
import { phaseOf, StigmerUser } from "./stigmer-user.ts";
import { storeSkill } from "./store-skill.ts";

/** A runner with its backend, in either mode. */
export interface SkillsWorld {
  readonly client: StigmerClient;
  readonly ollama: OllamaDouble;
  /** The backend's database. */
  readonly database: string;
  /** The directory in which the runner keeps zips. */
  readonly cache: string;
  /** Where the agent of a session works; `undefined`: nowhere yet. */
  folder(session: string): string | undefined;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What the runner makes for skills, refused or not. */
const OWN = ["bin", "bin/skills", "bin/skills/.gitignore"];

/** How executions use skills, in both modes. */
export function skillsSuite(mode: string, open: () => Promise<SkillsWorld>): void {
  describe(`skills in ${mode} mode`, () => {
    let world: SkillsWorld;
    let user: StigmerUser;
    beforeAll(async () => {
      world = await open();
      user = new StigmerUser(world.client);
    });
    afterAll(() => world[Symbol.asyncDispose]());

    async function push(name: string, files: Zippable, tag = ""): Promise<Skill> {
      const request = { name, org: "acme", artifact: zipSync(files, { level: 6 }), tag };
      return await world.client.call(SkillCommandController.method.push, request);
    }

    /** Stores a skill that the backend would not take. @returns its hash */
    function stored(slug: string, artifact?: Uint8Array): string {
      using database = new Database(world.database, { strict: true });
      return storeSkill(new ResourceStore(database), slug, artifact === undefined ? {} : { artifact });
    }

    async function filesOf(session: string): Promise<string[]> {
      const folder = world.folder(session);
      return folder === undefined ? [] : await readdir(folder, { recursive: true });
    }

    const reference = (slug: string, version = "", org = "acme") => ({
      kind: ApiResourceKind.skill,
      org,
      slug,
      version,
    });
    const md = (text: string) => ({ "SKILL.md": strToU8(text) });

    /** The system prompt that the model got last. */
    const prompt = () => world.ollama.requests.at(-1)?.messages[0]?.content ?? "";

    /** Lets the agent of a session run a command; `$LOCATION` is that of the first skill in its prompt. */
    async function command(session: string, text: string): Promise<{ execution: AgentExecution; output: string }> {
      world.ollama.converse(({ messages }, turn) => {
        const location = /^LOCATION: (.*)\/$/m.exec(messages[0]?.content ?? "")?.[1] ?? "nowhere";
        if (turn > 0) return { text: "Done." };
        return { text: "", tools: [{ name: "execute", args: { command: `LOCATION=${location}; ${text}` } }] };
      });
      const execution = await user.ask(session, "Do it");
      return { execution, output: execution.status?.toolCalls[0]?.result ?? execution.status?.error ?? "" };
    }

    test("are described in the prompt, and lie where it says, with scripts that run and files that are read-only", async () => {
      const text = "---\nname: pdf\ndescription: Works with PDFs.\n---\n# PDF\nRun scripts/run.sh.\n";
      const skill = await push("PDF tools", {
        ...md(text),
        scripts: { "run.sh": strToU8("#!/bin/sh\necho it ran\n") },
      });
      const session = await user.session({ instructions: "You help.", skillRefs: [reference("pdf-tools")] });
      const { execution, output } = await command(
        session,
        `"$LOCATION"/scripts/run.sh; cat "$LOCATION"/SKILL.md; stat -c %a "$LOCATION"/SKILL.md "$LOCATION"/scripts/run.sh`,
      );
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      expect(output).toStartWith(`it ran\n${text}444\n555\n`);
      const hash = skill.status?.versionHash;
      expect(await readdir(world.cache)).toContain(`${hash}.zip`);
      expect(prompt()).toMatch(
        new RegExp(`\n### SKILL: PDF tools\nLOCATION: /.*/bin/skills/${hash}/\n\n---\nname: pdf`),
      );
      expect(prompt()).toContain(text.trimEnd());
      expect(prompt()).toStartWith("You help.\n\n## Skills\n");
      expect(execution.status?.messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM)).toEqual([]);
    });

    test("can be read with the file tools at their location", async () => {
      await push("Readable", md("# The readable one"));
      world.ollama.converse(({ messages }, turn) => {
        const location = /^LOCATION: (.*)$/m.exec(messages[0]?.content ?? "")?.[1] ?? "";
        return turn === 0
          ? { text: "", tools: [{ name: "read_file", args: { file_path: `${location}SKILL.md` } }] }
          : { text: "Done." };
      });
      const session = await user.session({ skillRefs: [reference("readable")] });
      const { status } = await user.ask(session, "Read it");
      expect(status?.toolCalls[0]?.result).toContain("# The readable one");
    });

    test("are used in the version that the reference names", async () => {
      const first = await push("Versioned", md("version one"), "v1");
      await push("Versioned", md("version two"), "v2");
      await push("Versioned", md("version three"));
      for (const [version, text] of [
        ["", "three"],
        ["latest", "three"],
        ["v1", "one"],
        ["v2", "two"],
        [first.status?.versionHash ?? "", "one"],
      ] as const) {
        world.ollama.converse(() => ({ text: "Done." }));
        const session = await user.session({ skillRefs: [reference("versioned", version)] });
        expect([version, phaseOf(await user.ask(session, "Go"))]).toEqual([version, "EXECUTION_COMPLETED"]);
        expect(prompt()).toContain(`\n\nversion ${text}\n`);
      }
    });

    test("stay in the sandbox for the session's next execution, and are repaired if they were changed", async () => {
      await push("Stable", md("# Stable"));
      const session = await user.session({ skillRefs: [reference("stable")] });
      const look = `stat -c '%i %Z' "$LOCATION"/SKILL.md`;
      const { output: first } = await command(session, look);
      const { output: second } = await command(session, `${look}; rm -f "$LOCATION"/SKILL.md`);
      expect(second).toBe(first);
      const { output } = await command(session, `cat "$LOCATION"/SKILL.md; git init -q . && git status --short`);
      expect(output).toStartWith("# Stable");
      expect(output).not.toContain("bin/");
    });

    test("of sub-agents are installed too, and are in their own prompts only", async () => {
      const main = await push("Main skill", md("# For the main agent"));
      const other = await push("Other skill", md("# For the sub-agent"));
      const session = await user.session({
        skillRefs: [reference("main-skill")],
        subAgents: [
          { name: "helper", description: "Helps.", instructions: "Help.", skillRefs: [reference("other-skill")] },
        ],
      });
      const { output } = await command(session, `ls "$(dirname "$LOCATION")"`);
      for (const skill of [main, other]) expect(output).toContain(skill.status?.versionHash ?? "nothing");
      expect(prompt()).toContain("# For the main agent");
      expect(prompt()).not.toContain("# For the sub-agent");
      world.ollama.converse(({ messages }, turn) => {
        if ((messages[0]?.content ?? "").startsWith("Help.")) return { text: "Helped." };
        if (turn > 0) return { text: "Done." };
        return { text: "", tools: [{ name: "task", args: { subagent_type: "helper", description: "Help me" } }] };
      });
      expect(phaseOf(await user.ask(session, "Delegate"))).toBe("EXECUTION_COMPLETED");
      const prompts = world.ollama.requests.map(({ messages }) => messages[0]?.content ?? "");
      const helpers = prompts.filter((text) => text.startsWith("Help."));
      expect(helpers).toEqual([
        expect.stringMatching(new RegExp(`LOCATION: /.*/bin/skills/${other.status?.versionHash}/`)),
      ]);
      expect(helpers[0]).toContain("# For the sub-agent");
      expect(helpers[0]).not.toContain("# For the main agent");
    });

    test("that are larger than the model's context have their beginning in the prompt, and the user is told", async () => {
      const lines = Array.from({ length: 70_000 }, (_, index) => `line ${index}: ${(index * 7_919) % 10_007}`).join(
        "\n",
      );
      const text = lines.slice(0, 1024 * 1024);
      await push("Huge", md(text));
      await push("Tiny", md("# Tiny, as a whole"));
      const session = await user.session({ skillRefs: [reference("huge"), reference("tiny")] });
      const { execution, output } = await command(session, `wc -c <"$LOCATION"/SKILL.md`);
      expect(Number(output.split("\n")[0])).toBe(1024 * 1024);
      expect(prompt().length).toBeLessThan(32_768);
      expect(prompt()).toContain("\n\nline 0: 0\nline 1: 7919\n");
      expect(prompt()).toMatch(/of the 1048576 bytes of this SKILL.md are left out here.*read \/.*\/SKILL.md/);
      expect(prompt()).toContain("# Tiny, as a whole");
      const system = execution.status?.messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM);
      expect(system?.map(({ content }) => content)).toEqual([
        expect.stringContaining("The SKILL.md of Huge does not fit into the model's context"),
      ]);
    });

    test("that are missing fail the execution before the model is asked, and are named", async () => {
      await push("Known", md("# Known"), "v1");
      for (const [missing, name] of [
        [reference("unknown"), "skill acme/unknown"],
        [reference("known", "v7"), "skill acme/known (version v7)"],
      ] as const) {
        const asked = world.ollama.requests.length;
        const session = await user.session({ skillRefs: [reference("known"), missing] });
        const execution = await user.ask(session, "Go");
        expect(phaseOf(execution)).toBe("EXECUTION_FAILED");
        expect(execution.status?.error).toContain(`The ${name} could not be read`);
        expect(execution.status?.error).toContain("Push the skill, or correct the agent's reference");
        expect(world.ollama.requests).toHaveLength(asked);
      }
    });

    test("may have no zip: then their text is the whole skill", async () => {
      stored("written");
      const session = await user.session({ skillRefs: [reference("written")] });
      const { execution, output } = await command(session, `cat "$LOCATION"/SKILL.md; echo; ls "$LOCATION"`);
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      expect(output).toStartWith("# The text of written\nSKILL.md\n");
      expect(prompt()).toContain("### SKILL: written\n");
      expect(prompt()).toContain("# The text of written");
    });

    test.each(SOME_HOSTILE_ZIPS)(
      "%s fail the execution with their name and the reason, and nothing of them is left",
      async (what, zip, words) => {
        const slug = what.replaceAll(" ", "-");
        const hash = stored(slug, await zip());
        const asked = world.ollama.requests.length;
        const session = await user.session({ skillRefs: [reference(slug)] });
        const before = await filesOf(session);
        const execution = await user.ask(session, "Go");
        expect(phaseOf(execution)).toBe("EXECUTION_FAILED");
        expect(execution.status?.error).toMatch(new RegExp(`The skill acme/${slug} is refused: .*${words}`));
        expect(world.ollama.requests).toHaveLength(asked);
        const left = (await filesOf(session)).filter((name) => !before.includes(name));
        expect(left.filter((name) => !OWN.includes(name))).toEqual([]);
        expect((await readdir(world.cache).catch(() => [])).filter((name) => name.includes(hash))).toEqual([]);
      },
    );

    test("are not mentioned to an agent that has none", async () => {
      world.ollama.converse(() => ({ text: "Done." }));
      await user.ask(await user.session(), "Go");
      expect(prompt()).not.toContain("## Skills");
    });
  });
}
