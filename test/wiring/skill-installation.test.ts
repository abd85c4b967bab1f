/** Skills from the daemon's API into a directory of this machine: what is fetched, refused and kept. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { strToU8, Zip, ZipDeflate, type Zippable, zipSync } from "fflate";
import { kinds } from "../../src/daemon/resource-kind.ts";
import type { SkillReference } from "../../src/definition/index.ts";
import { FilesystemSandboxes } from "../../src/sandbox/filesystem/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { type InstalledSkill, openSkills } from "../../src/skills/index.ts";
import {
  SkillCommandController,
  SkillQueryController,
  SkillSchema,
  SkillState,
  StigmerSkills,
} from "../../src/stigmer/index.ts";
import { type CollectedLog, collectedLog } from "../support/collected-log.ts";
import { type DaemonServices, openDaemonServices } from "../support/daemon-services.ts";
import { HOSTILE_ZIPS, type SkillZip } from "../support/hostile-zips.ts";
import { storeSkill } from "../support/store-skill.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let backend: DaemonServices;
let sandbox: Sandbox;
let collected: CollectedLog;
/** Names of the calls to the API. */
let calls: string[];
const { signal } = new AbortController();

beforeEach(async () => {
  folder = await temporaryFolder();
  backend = await openDaemonServices();
  const sandboxes = new FilesystemSandboxes({
    rootDir: join(folder.path, "work"),
    commandTimeoutMs: 60_000,
    baseEnvironment: {},
  });
  ({ sandbox } = await sandboxes.acquire({ executionId: "aex-1", environment: {}, signal }));
  calls = [];
  collected = collectedLog();
  const call = backend.client.call.bind(backend.client);
  backend.client.call = (method, request, options) => {
    calls.push(method.name);
    return call(method, request, options);
  };
});
afterEach(async () => {
  await backend[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function reference(slug: string, more: Partial<SkillReference> = {}): SkillReference {
  return { scope: "organization", organization: "acme", slug, version: "", ...more };
}

async function install(...references: readonly SkillReference[]): Promise<readonly InstalledSkill[]> {
  const skills = openSkills(join(folder.path, "cache"), collected.log);
  const found = await skills.find(references, new StigmerSkills(backend.client, "acme", signal), signal);
  return (await found.install(sandbox, collected.log)).of(references);
}

async function push(name: string, files: Zippable, tag = "", org = "acme"): Promise<string> {
  const { push: method } = SkillCommandController.method;
  const skill = await backend.client.call(method, { name, org, tag, artifact: zipSync(files) });
  calls.length = 0;
  return skill.status?.versionHash ?? "";
}

/** A zip as Go's standard library writes it: sizes follow the content, and there are no modes and no directories. */
function streamedZip(files: Readonly<Record<string, string>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const zip = new Zip((_, part) => void parts.push(part));
  for (const [name, content] of Object.entries(files)) {
    const entry = new ZipDeflate(name);
    zip.add(entry);
    entry.push(strToU8(content), true);
  }
  zip.end();
  return Buffer.concat(parts);
}

const store = (slug: string, artifact: Uint8Array, hash?: string, state?: SkillState) =>
  storeSkill(backend.store, slug, {
    artifact,
    ...(hash === undefined ? {} : { hash }),
    ...(state === undefined ? {} : { state }),
  });

async function left(): Promise<string[]> {
  return await readdir(join(sandbox.root, "bin/skills")).catch(() => []);
}

/** What something fails with. Both ends of the connection are in this process, so `rejects` would block them. */
async function failure(attempt: Promise<unknown>): Promise<unknown> {
  return await attempt.then(
    () => "it did not fail",
    (error: unknown) => error,
  );
}

const MD = { "SKILL.md": strToU8("# Skill") };

describe("a skill", () => {
  test("is fetched once, and then comes from the cache and from the sandbox", async () => {
    const hash = await push("PDF", { ...MD, "run.sh": strToU8("echo ran") });
    const [skill] = await install(reference("pdf"), reference("pdf"));
    expect(skill).toEqual({ name: "PDF", location: `${sandbox.root}/bin/skills/${hash}`, text: "# Skill" });
    expect(calls).toEqual(["getByReference", "getArtifact"]);
    expect((await sandbox.execute(`${skill?.location}/run.sh`)).output).toBe("ran\n");

    calls.length = 0;
    await install(reference("pdf", { version: hash }));
    await sandbox.remove("bin");
    await install(reference("pdf"));
    expect(calls).toEqual(["getByReference", "getByReference"]);
    expect(await left()).toContain(hash);
  });

  test("is in the log with its origin, and with whether it was installed already", async () => {
    await push("PDF", MD);
    const origins = async () => {
      await install(reference("pdf"));
      return /in the sandbox after .*: PDF [0-9a-f]{12} \((.*)\)/.exec(collected.lines.at(-1) ?? "")?.[1];
    };
    expect(await origins()).toBe("fetched");
    expect(await origins()).toBe("cached, already installed");
    await sandbox.remove("bin");
    expect(await origins()).toBe("cached");
  });

  test("is fetched again if its file in the cache was changed", async () => {
    const hash = await push("PDF", MD);
    await install(reference("pdf"));
    await writeFile(join(folder.path, "cache", `${hash}.zip`), "something else");
    calls.length = 0;
    expect(await install(reference("pdf"))).toHaveLength(1);
    expect(calls).toEqual(["getByReference", "getArtifact"]);
  });

  test("may be larger than other messages of the API", async () => {
    const random = crypto.getRandomValues(new Uint8Array(65_536));
    const data = Buffer.concat(Array.from({ length: 400 }, () => random));
    const artifact = zipSync({ ...MD, "data.bin": [data, { level: 0 }] });
    store("large", artifact);
    const [skill] = await install(reference("large"));
    expect(Buffer.compare(await readFile(`${skill?.location}/data.bin`), data)).toBe(0);
    const call = backend.client.call(SkillQueryController.method.getArtifact, { artifactStorageKey: "large" });
    expect(String(await failure(call))).toContain("larger than max");
  });

  test("may be zipped as a stream, as Stigmer's own CLI does", async () => {
    store("streamed", streamedZip({ "SKILL.md": "# Streamed", "scripts/run.sh": "echo ran", "data/é.txt": "é" }));
    const [skill] = await install(reference("streamed"));
    expect(skill?.text).toBe("# Streamed");
    const { output } = await sandbox.execute(`cd ${skill?.location} && scripts/run.sh && cat data/*`);
    expect(output).toBe("ran\né");
  });

  test("without a zip is its text alone", async () => {
    const metadata = { name: "Notes", slug: "notes", org: "acme" };
    kinds.skill.create(backend.store, create(SkillSchema, { metadata, spec: { skillMd: "# Notes\n" } }));
    const [skill] = await install(reference("notes"));
    expect(skill?.text).toBe("# Notes\n");
    expect(await readdir(skill?.location ?? "")).toEqual(["SKILL.md"]);
    expect(await readFile(`${skill?.location}/SKILL.md`, "utf8")).toBe("# Notes\n");
  });

  test("is looked for in the execution's organization first, then in all", async () => {
    await push("PDF", { "SKILL.md": strToU8("other") }, "", "zeta");
    expect((await install(reference("pdf", { organization: "" })))[0]?.text).toBe("other");
    await push("PDF", { "SKILL.md": strToU8("own") });
    expect((await install(reference("pdf", { organization: "" })))[0]?.text).toBe("own");
    expect((await install(reference("pdf", { organization: "zeta" })))[0]?.text).toBe("other");
  });

  test("that does not exist is named", async () => {
    await push("PDF", MD, "v1");
    expect(await failure(install(reference("none")))).toMatchObject({
      code: "not-found",
      message: expect.stringContaining("The skill acme/none could not be read"),
    });
    expect(String(await failure(install(reference("pdf", { version: "v2" }))))).toContain(
      "The skill acme/pdf (version v2)",
    );
  });

  test("whose zip is another one than was pushed is refused, with both hashes", async () => {
    const expected = "a".repeat(64);
    store("changed", zipSync(MD), expected);
    expect(await failure(install(reference("changed")))).toMatchObject({
      code: "wrong-hash",
      message: expect.stringMatching(
        new RegExp(`^The zip of the skill acme/changed .* SHA-256 is [0-9a-f]{64}, expected was ${expected}`),
      ),
    });
    expect(await left()).toEqual([]);
    expect(await readdir(join(folder.path, "cache")).catch(() => [])).toEqual([]);
  });

  test("that is not ready is refused, and nothing is fetched", async () => {
    store("early", zipSync(MD), undefined, SkillState.UPLOADING);
    store("broken", zipSync(MD), undefined, SkillState.FAILED);
    expect(String(await failure(install(reference("early"))))).toContain(
      "The skill acme/early is still being uploaded.",
    );
    expect(String(await failure(install(reference("broken"))))).toContain("skill acme/broken is not usable");
    expect(calls).toEqual(["getByReference", "getByReference"]);
  });

  test("whose directory cannot be made is named", async () => {
    await push("PDF", MD);
    await sandbox.execute("ln -s /tmp bin");
    expect(await failure(install(reference("pdf")))).toMatchObject({
      code: "not-installed",
      message: expect.stringContaining(
        "Skill acme/pdf cannot be installed in the sandbox: 'bin/skills' is not allowed: a symbolic link",
      ),
      remedies: [expect.stringContaining("Skills need bin/skills in the agent's workspace: a directory, no link")],
    });
  });

  test("whose zip is missing is named", async () => {
    store("lost", zipSync(MD));
    backend.database.run("DELETE FROM artifacts");
    expect(String(await failure(install(reference("lost"))))).toContain(
      "The zip of the skill acme/lost could not be read",
    );
  });
});

describe("a hostile skill", () => {
  test.each(HOSTILE_ZIPS)(
    "%s is refused by name and reason, and nothing of it is left",
    async (_, zip: SkillZip, words) => {
      store("hostile", await zip());
      const good = await push("Good", MD);
      expect(await failure(install(reference("good"), reference("hostile")))).toMatchObject({
        code: "refused",
        message: expect.stringMatching(new RegExp(`^The skill acme/hostile is refused: .*${words}`)),
        remedies: ["Correct the skill and push it again."],
      });
      expect((await left()).filter((name) => ![".gitignore", good].includes(name))).toEqual([]);
      expect((await readdir(folder.path)).filter((name) => !["cache", "work"].includes(name))).toEqual([]);
      expect(await readdir(join(folder.path, "cache")).catch(() => [])).toEqual([]);
    },
  );
});
