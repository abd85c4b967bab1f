import { Database } from "bun:sqlite";
import { beforeEach, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { strToU8, type Zippable, zipSync } from "fflate";
import { ApiResourceKind, ApiResourceReferenceSchema, PushSkillRequestSchema, SkillState } from "../stigmer/index.ts";
import { kinds } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";
import { artifactOf, pushSkill, skillByReference } from "./skills.ts";

let store: ResourceStore;
beforeEach(() => {
  store = new ResourceStore(new Database(":memory:", { strict: true }));
});

const push = (artifact: Uint8Array, name = "My Skill") =>
  pushSkill(store, create(PushSkillRequestSchema, { name, org: "acme", artifact, tag: "v1" }));
const zip = (files: Zippable) => zipSync(files);
const skillZip = (text = "# My skill") => zip({ "SKILL.md": strToU8(text), "scripts/run.sh": strToU8("echo hi") });

describe("pushed skill", () => {
  test("is ready, with the text of its SKILL.md and the hash of its zip as its version", async () => {
    const artifact = skillZip("# My skill\n\nDo it well: é 😀");
    const skill = await push(artifact);
    const hash = new Bun.CryptoHasher("sha256").update(artifact).digest("hex");
    expect(skill).toMatchObject({
      metadata: { name: "My Skill", slug: "my-skill", org: "acme" },
      spec: { skillMd: "# My skill\n\nDo it well: é 😀", tag: "v1" },
      status: { versionHash: hash, state: SkillState.READY },
    });
    expect(artifactOf(store, skill.status?.artifactStorageKey ?? "")).toEqual(artifact);
    expect(kinds.skill.get(store, skill.metadata?.id ?? "")).toEqual(skill);
  });

  test("replaces the one with its name, and keeps the zip of the old version", async () => {
    // Made once: a zip has the time in it.
    const zip = skillZip("one");
    const [first, second] = [await push(zip), await push(skillZip("two"))];
    expect(second.metadata?.id).toBe(first.metadata?.id ?? expect.unreachable());
    expect(kinds.skill.all(store)).toHaveLength(1);
    expect(second.spec?.skillMd).toBe("two");
    expect(artifactOf(store, first.status?.artifactStorageKey ?? "")).toEqual(zip);
  });
});

describe("a version of a skill", () => {
  const find = (version: string, org = "acme") =>
    skillByReference(
      store,
      create(ApiResourceReferenceSchema, { org, slug: "my-skill", version, kind: ApiResourceKind.skill }),
    ).spec?.skillMd;
  const pushed = async (text: string, tag: string) => {
    const artifact = skillZip(text);
    await pushSkill(store, create(PushSkillRequestSchema, { name: "My Skill", org: "acme", artifact, tag }));
    return new Bun.CryptoHasher("sha256").update(artifact).digest("hex");
  };

  test("is the current one for `latest` and without a name, an earlier one by its hash or tag", async () => {
    const [one, two, three] = [await pushed("one", "v1"), await pushed("two", "v2"), await pushed("three", "")];
    expect(["", "latest", " ", three].map((version) => find(version))).toEqual(["three", "three", "three", "three"]);
    expect([one, "v1", two, "v2"].map((version) => find(version))).toEqual(["one", "one", "two", "two"]);
  });

  test("is the newest one of a tag that was moved", async () => {
    for (const text of ["one", "two", "three"]) await pushed(text, "stable");
    expect(find("stable")).toBe("three");
    await pushed("four", "next");
    expect(find("stable")).toBe("three");
  });

  test("is not found if there is none, or if the skill was deleted", async () => {
    const hash = await pushed("one", "v1");
    await pushed("two", "v2");
    expect(() => find("v3")).toThrow('there is no version "v3" of the Skill "my-skill"');
    kinds.skill.delete(store, kinds.skill.all(store)[0]?.metadata?.id ?? "");
    await pushed("new", "v9");
    expect(() => find(hash)).toThrow("there is no version");
  });

  test("is found in any organization if the reference names none", async () => {
    await pushed("one", "v1");
    expect(find("", "")).toBe("one");
    expect(() => find("", "other")).toThrow("there is no Skill");
  });
});

describe("a skill is refused", () => {
  test("without a name", async () => {
    await expect(push(skillZip(), "")).rejects.toThrow("the name is empty");
  });

  test("without a SKILL.md at the top of the zip", async () => {
    await expect(push(zip({ "skill/SKILL.md": strToU8("x") }))).rejects.toThrow("no SKILL.md at its top");
    await expect(push(zip({}))).rejects.toThrow("no SKILL.md at its top");
  });

  test("with a SKILL.md of more than 1 MiB", async () => {
    const text = new Uint8Array(1024 * 1024 + 1).map((_, index) => 32 + ((index * 7919) % 95));
    await expect(push(zip({ "SKILL.md": [text, { level: 0 }] }))).rejects.toThrow("SKILL.md");
  });

  test("if the artifact is not a zip", async () => {
    await expect(push(strToU8("PK but not really"))).rejects.toThrow("no readable zip");
    await expect(push(new Uint8Array())).rejects.toThrow("no readable zip");
  });

  test("if it unpacks to more than a hundred times its size", async () => {
    const bomb = zip({ "SKILL.md": strToU8("x"), zeros: [new Uint8Array(20 * 1024 * 1024), { level: 9 }] });
    await expect(push(bomb)).rejects.toThrow("100 times its size");
  });

  test("if its SKILL.md is larger than the zip declares", async () => {
    const bytes = zip({ "SKILL.md": [new Uint8Array(1024 * 1024), { level: 9 }] });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let at = 0; at + 46 < bytes.length; at++)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 10, true);
    await expect(push(bytes)).rejects.toThrow('the entry "SKILL.md" cannot be unpacked');
  });

  test("with more than 10,000 files", async () => {
    const files: Zippable = { "SKILL.md": strToU8("x") };
    for (let index = 0; index < 10_000; index++) files[`f${index}`] = new Uint8Array();
    await expect(push(zip(files))).rejects.toThrow("more than 10000 files");
  });

  test("and nothing of it is stored", async () => {
    await expect(push(strToU8("no zip"))).rejects.toThrow();
    expect(kinds.skill.all(store)).toEqual([]);
  });
});

test("an unknown artifact is not found", () => {
  expect(() => artifactOf(store, "skills/none.zip")).toThrow("there is no artifact skills/none.zip");
});
