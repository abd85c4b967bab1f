import { Database } from "bun:sqlite";
import { beforeEach, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { strToU8, type Zippable, zipSync } from "fflate";
import { PushSkillRequestSchema, SkillState } from "../stigmer/index.ts";
import { kinds } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";
import { artifactOf, pushSkill } from "./skills.ts";

let store: ResourceStore;
beforeEach(() => {
  store = new ResourceStore(new Database(":memory:", { strict: true }));
});

const push = (artifact: Uint8Array, name = "My Skill") =>
  pushSkill(store, create(PushSkillRequestSchema, { name, org: "acme", artifact, tag: "v1" }));
const zip = (files: Zippable) => zipSync(files);
const skillZip = (text = "# My skill") => zip({ "SKILL.md": strToU8(text), "scripts/run.sh": strToU8("echo hi") });

describe("a skill that is pushed", () => {
  test("is ready, with the text of its SKILL.md and the hash of its zip as its version", () => {
    const artifact = skillZip("# My skill\n\nDo it well: é 😀");
    const skill = push(artifact);
    const hash = new Bun.CryptoHasher("sha256").update(artifact).digest("hex");
    expect(skill).toMatchObject({
      metadata: { name: "My Skill", slug: "my-skill", org: "acme" },
      spec: { skillMd: "# My skill\n\nDo it well: é 😀", tag: "v1" },
      status: { versionHash: hash, state: SkillState.READY },
    });
    expect(artifactOf(store, skill.status?.artifactStorageKey ?? "")).toEqual(artifact);
    expect(kinds.skill.get(store, skill.metadata?.id ?? "")).toEqual(skill);
  });

  test("replaces the one of its name; the zip of the old version stays", () => {
    // Made once: a zip has the time in it.
    const zip = skillZip("one");
    const [first, second] = [push(zip), push(skillZip("two"))];
    expect(second.metadata?.id).toBe(first.metadata?.id ?? expect.unreachable());
    expect(kinds.skill.all(store)).toHaveLength(1);
    expect(second.spec?.skillMd).toBe("two");
    expect(artifactOf(store, first.status?.artifactStorageKey ?? "")).toEqual(zip);
  });
});

describe("a skill is refused", () => {
  test("without a name", () => {
    expect(() => push(skillZip(), "")).toThrow("the name is empty");
  });

  test("without a SKILL.md at the top of the zip", () => {
    expect(() => push(zip({ "skill/SKILL.md": strToU8("x") }))).toThrow("no SKILL.md at its top");
    expect(() => push(zip({}))).toThrow("no SKILL.md at its top");
  });

  test("with a SKILL.md of more than 1 MiB", () => {
    const text = new Uint8Array(1024 * 1024 + 1).map((_, index) => 32 + ((index * 7919) % 95));
    expect(() => push(zip({ "SKILL.md": [text, { level: 0 }] }))).toThrow("SKILL.md");
  });

  test("where the artifact is no zip", () => {
    expect(() => push(strToU8("PK but not really"))).toThrow("no readable zip");
    expect(() => push(new Uint8Array())).toThrow("no readable zip");
  });

  test("where it unpacks to more than a hundred times its size", () => {
    const bomb = zip({ "SKILL.md": strToU8("x"), zeros: [new Uint8Array(20 * 1024 * 1024), { level: 9 }] });
    expect(() => push(bomb)).toThrow("100 times its size");
  });

  test("with more than 10,000 files", () => {
    const files: Zippable = { "SKILL.md": strToU8("x") };
    for (let index = 0; index < 10_000; index++) files[`f${index}`] = new Uint8Array();
    expect(() => push(zip(files))).toThrow("more than 10000 files");
  });

  test("and nothing of it is stored", () => {
    expect(() => push(strToU8("no zip"))).toThrow();
    expect(kinds.skill.all(store)).toEqual([]);
  });
});

test("an artifact that is not there is not found", () => {
  expect(() => artifactOf(store, "skills/none.zip")).toThrow("there is no artifact skills/none.zip");
});
