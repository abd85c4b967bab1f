import { Database } from "bun:sqlite";
import { beforeEach, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { strToU8, zipSync } from "fflate";
import { AgentSchema, ApiResourceKind, ApiResourceReferenceSchema, PushSkillRequestSchema } from "../stigmer/index.ts";
import { kinds } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";
import { artifactKey } from "./skill-versions.ts";
import { pushSkill, skillByReference } from "./skills.ts";

let store: ResourceStore;
beforeEach(() => {
  store = new ResourceStore(new Database(":memory:", { strict: true }));
});

/** @returns the hash of the version */
async function push(text: string, tag = "", name = "Verse"): Promise<string> {
  // The time is part of a zip.
  const artifact = zipSync({ "SKILL.md": strToU8(text) }, { mtime: new Date(2020, 0, 1) });
  const skill = await pushSkill(store, create(PushSkillRequestSchema, { name, org: "acme", artifact, tag }));
  return skill.status?.versionHash ?? "";
}

async function pushMany(count: number): Promise<string[]> {
  const hashes: string[] = [];
  for (let index = 0; index < count; index++) hashes.push(await push(`number ${index}`));
  return hashes;
}

const reference = (version: string) => ({ kind: ApiResourceKind.skill, org: "acme", slug: "verse", version });
const ref = (version: string) => create(ApiResourceReferenceSchema, reference(version));
const isKept = (hash: string) => store.artifact(artifactKey(hash)) !== undefined;

describe("earlier versions of a skill", () => {
  test("are forgotten with their zips when there are many newer ones", async () => {
    const hashes = await pushMany(20);
    expect(hashes.map(isKept)).toEqual(hashes.map((_, index) => index >= 14));
    expect(() => skillByReference(store, ref(hashes[0] ?? ""))).toThrow("no version");
    expect(skillByReference(store, ref(hashes[14] ?? "")).spec?.skillMd).toBe("number 14");
  });

  test("are kept while they have a tag, or an agent or a sub-agent names them", async () => {
    const tagged = await push("tagged", "v1");
    const named = await push("named");
    const delegated = await push("delegated");
    const subAgents = [{ name: "critic", instructions: "Be strict.", skillRefs: [reference(delegated)] }];
    const spec = { skillRefs: [reference(named)], subAgents };
    kinds.agent.apply(store, create(AgentSchema, { metadata: { name: "poet" }, spec }));
    await pushMany(20);
    expect([tagged, named, delegated].map(isKept)).toEqual([true, true, true]);
    expect(skillByReference(store, ref(named)).spec?.skillMd).toBe("named");
  });

  test("leave their zip to another skill with the same content", async () => {
    const shared = await push("shared");
    await push("shared", "", "Other");
    await pushMany(20);
    expect(isKept(shared)).toBe(true);
  });
});
