import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { SkillReference } from "../definition/index.ts";
import { silentLogger } from "../log/index.ts";
import { sha256 } from "../shared/sha256.ts";
import { openSkills } from "./index.ts";
import { MAX_PARALLEL_FETCHES } from "./limits.ts";
import type { SkillSource } from "./ports.ts";

test("an agent without skills costs no request, no file and no change of the sandbox", async () => {
  await using folder = await temporaryFolder();
  const source = { version: () => expect.unreachable(), artifact: () => expect.unreachable() };
  const skills = openSkills(join(folder.path, "skills"), silentLogger);
  const found = await skills.find([], source, new AbortController().signal);
  const installed = await found.install({ installTrees: () => expect.unreachable() });
  expect(installed.of([])).toEqual([]);
  expect(await readdir(folder.path)).toEqual([]);
});

test("the zips of several skills are fetched at the same time, and no more of them than the limit", async () => {
  await using folder = await temporaryFolder();
  const zips = new Map<string, Uint8Array>(
    Array.from({ length: 2 * MAX_PARALLEL_FETCHES }, (_, index) => {
      const zip = zipSync({ "SKILL.md": strToU8(`# Skill ${index}`) });
      return [`skill-${index}`, zip] as const;
    }),
  );
  const zipOf = (slug: string) => zips.get(slug) ?? expect.unreachable();
  /** Answers only when as many are asked for as may be. */
  const together = () => {
    const waiting: (() => void)[] = [];
    let [active, most] = [0, 0];
    return {
      most: () => most,
      arrive: async () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.push(resolve);
        most = Math.max(most, ++active);
        if (waiting.length === MAX_PARALLEL_FETCHES) for (const go of waiting.splice(0)) setImmediate(go);
        await promise;
        active--;
      },
    };
  };
  const [versions, artifacts] = [together(), together()];
  const source: SkillSource = {
    version: async ({ slug }) => {
      await versions.arrive();
      return { name: slug, state: "ready", hash: sha256(zipOf(slug)), artifactKey: slug, text: "" };
    },
    artifact: async ({ artifactKey }) => {
      await artifacts.arrive();
      return zipOf(artifactKey);
    },
  };
  const references = [...zips.keys()].map((slug): SkillReference => {
    return { scope: "organization", organization: "acme", slug, version: "" };
  });
  const skills = openSkills(join(folder.path, "skills"), silentLogger);
  const found = await skills.find(references, source, new AbortController().signal);
  const installed = await found.install({
    installTrees: async (_, trees) => trees.map(({ name }) => ({ path: `/${name}`, wasThere: false })),
  });
  expect(installed.of(references)).toHaveLength(zips.size);
  expect([versions.most(), artifacts.most()]).toEqual([MAX_PARALLEL_FETCHES, MAX_PARALLEL_FETCHES]);
});
