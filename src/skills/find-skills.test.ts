import { describe, expect, test } from "bun:test";
import type { SkillReference, SkillVersion } from "../definition/index.ts";
import { sha256 } from "../shared/sha256.ts";
import { findSkills } from "./find-skills.ts";
import { referenceKey } from "./reference-text.ts";

const HASH = sha256("zip");
const READY: SkillVersion = { name: "PDF", state: "ready", hash: HASH, artifactKey: "key", text: "# PDF" };

function reference(more: Partial<SkillReference> = {}): SkillReference {
  return { scope: "organization", organization: "acme", slug: "pdf", version: "", ...more };
}

function source(version: Partial<SkillVersion> = {}) {
  const asked: string[] = [];
  return {
    asked,
    version: async (_: SkillReference, name: string) => {
      asked.push(name);
      return { ...READY, ...version };
    },
    artifact: () => expect.unreachable(),
  };
}

describe("skills of an execution", () => {
  test("are each looked up once", async () => {
    const from = source();
    const references = [reference(), reference(), reference({ version: "v1" })];
    const found = await findSkills(references, from);
    expect(from.asked.sort()).toEqual(["skill acme/pdf", "skill acme/pdf (version v1)"]);
    expect(found.get(referenceKey(reference()))).toEqual({ version: READY, hash: HASH, name: "skill acme/pdf" });
  });

  test("may have no zip: then their text is what names them", async () => {
    const found = await findSkills([reference()], source({ artifactKey: "", hash: "" }));
    expect([...found.values()].map(({ hash }) => hash)).toEqual([sha256("# PDF")]);
  });

  test.each([
    ["that is being uploaded", { state: "uploading" }, "is still being uploaded"],
    ["whose upload failed", { state: "failed" }, "its upload has failed"],
    ["without a zip and a text", { artifactKey: "", text: "" }, "has no content"],
    ["whose zip cannot be verified", { hash: "" }, "cannot be verified"],
    ["with a hash that is none", { hash: "../../etc" }, "cannot be verified"],
  ] as const)("are refused for one %s, by name and with what to do", async (_, version, words) => {
    const failing = findSkills([reference({ version: "v1" })], source(version));
    await expect(failing).rejects.toMatchObject({
      code: "not-ready",
      message: expect.stringMatching(new RegExp(`^The skill acme/pdf \\(version v1\\) .*${words}`)),
      remedies: [expect.any(String)],
    });
  });

  test("are refused if Stigmer answers with another version than the named one", async () => {
    const failing = findSkills([reference({ version: sha256("other") })], source());
    await expect(failing).rejects.toMatchObject({ code: "wrong-hash", message: expect.stringContaining(HASH) });
  });

  test("are refused if there are too many", async () => {
    const many = Array.from({ length: 51 }, (_, index) => reference({ slug: `s${index}` }));
    await expect(findSkills(many, source())).rejects.toThrow("have 51 skills; at most 50 are allowed");
  });
});
