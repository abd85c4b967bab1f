import type { SkillReference } from "../definition/index.ts";
import type { Logger } from "../log/index.ts";
import { type InstalledTree, type Sandbox, SandboxError } from "../sandbox/index.ts";
import { humanSize } from "../shared/human-size.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { Semaphore } from "../shared/semaphore.ts";
import { firstNames, plural } from "../shared/text.ts";
import { humanDuration } from "../shared/time.ts";
import { SkillCache } from "./cache.ts";
import { type FetchedZip, fetchZip } from "./fetch-zip.ts";
import { type FoundSkill, findSkills } from "./find-skills.ts";
import { MAX_PARALLEL_FETCHES, MAX_PARALLEL_INSTALLATIONS, MAX_TOTAL_BYTES } from "./limits.ts";
import { type SkillPackage, textPackage, zipPackage } from "./package.ts";
import type { SkillSource } from "./ports.ts";
import { nameInPrompt, referenceKey } from "./reference-text.ts";
import { SkillError } from "./skill-error.ts";
import type { FoundSkills, InstalledSkill, InstalledSkills, Skills } from "./skills.ts";

/** Where skills lie below a sandbox's root, each in a directory named by its hash. */
const DIRECTORY = "bin/skills";
const PLACE_REMEDY = `Skills need ${DIRECTORY} in the agent's workspace: a directory, no link, that can be written, on a disk with space left.`;

/** Skills that the log names. */
const MAX_LOGGED = 20;
/** Characters of a hash in the log. */
const SHORT_HASH = 12;

interface Installation {
  readonly source: SkillSource;
  readonly sandbox: Pick<Sandbox, "installTrees">;
  readonly log: Logger | undefined;
  readonly signal: AbortSignal;
}

interface LoadedPackage extends SkillPackage {
  /** Absent if the skill is only a text. */
  readonly fetched?: FetchedZip;
}

/** Finds and installs skills for all executions of a runner. */
export class SkillInstaller implements Skills {
  readonly #cache: SkillCache;
  readonly #gate = new Semaphore(MAX_PARALLEL_INSTALLATIONS);

  constructor(cacheDirectory: string, log: Logger) {
    this.#cache = new SkillCache(cacheDirectory, log);
  }

  async find(references: readonly SkillReference[], source: SkillSource, signal: AbortSignal): Promise<FoundSkills> {
    const found = await findSkills(references, source);
    return { install: (sandbox, log) => this.#install(found, { source, sandbox, log, signal }) };
  }

  async #install(
    found: ReadonlyMap<string, FoundSkill>,
    { source, sandbox, log, signal }: Installation,
  ): Promise<InstalledSkills> {
    const startedAt = Date.now();
    const release = await this.#gate.acquire(signal);
    try {
      const packages = await this.#packages([...found.values()], source);
      const trees = await installed(sandbox, packages, [...found.values()]);
      const texts = [...packages].map(
        ([hash, { fetched }]) => `${nameOf(found, hash)} (${originOf(fetched, trees.get(hash))})`,
      );
      const took = humanDuration(Date.now() - startedAt);
      log?.info(`${plural(packages.size, "skill")} in the sandbox after ${took}: ${firstNames(texts, MAX_LOGGED)}`);
      // Only now: content that is damaged is refused while it is installed, and nothing of such a zip is to be left.
      for (const [hash, { fetched }] of packages)
        if (fetched?.isCached === false) await this.#cache.put(hash, fetched.zip);
      return new SkillsInSandbox(found, packages, trees);
    } finally {
      release();
    }
  }

  /** By hash: references to the same content share a directory. */
  async #packages(skills: readonly FoundSkill[], source: SkillSource): Promise<ReadonlyMap<string, LoadedPackage>> {
    const distinct = new Map(skills.map((skill) => [skill.hash, skill]));
    const packages = new Map<string, LoadedPackage>();
    let total = 0;
    await inParallel(distinct.values(), MAX_PARALLEL_FETCHES, async (skill) => {
      const { hash, name, version } = skill;
      if (version.artifactKey === "") {
        packages.set(hash, textPackage(hash, version));
        return;
      }
      const fetched = await fetchZip(skill, source, this.#cache);
      const { zip } = fetched;
      total += zip.length;
      if (total > MAX_TOTAL_BYTES)
        throw new SkillError(
          "too-many",
          `The skills of this agent have more than ${humanSize(MAX_TOTAL_BYTES)} together: the ${name} does not fit.`,
          ["Remove skills from the agent, or make them smaller."],
        );
      packages.set(hash, { ...(await zipPackage(hash, zip, name)), fetched });
    });
    return packages;
  }
}

/** A skill in the log: `changelog 4ce762580897`. */
function nameOf(found: ReadonlyMap<string, FoundSkill>, hash: string): string {
  const skill = [...found.values()].find((candidate) => candidate.hash === hash);
  return `${skill?.version.name} ${hash.slice(0, SHORT_HASH)}`;
}

/** Where a skill comes from, for the log. */
function originOf(fetched: FetchedZip | undefined, tree: InstalledTree | undefined): string {
  const origin = fetched === undefined ? "from its text" : fetched.isCached ? "cached" : "fetched";
  return tree?.wasThere === true ? `${origin}, already installed` : origin;
}

/** @returns the directories, by hash */
async function installed(
  sandbox: Pick<Sandbox, "installTrees">,
  packages: ReadonlyMap<string, SkillPackage>,
  skills: readonly FoundSkill[],
): Promise<ReadonlyMap<string, InstalledTree>> {
  try {
    const trees = [...packages.values()].map(({ tree }) => tree);
    const places = await sandbox.installTrees(DIRECTORY, trees);
    return new Map(trees.flatMap(({ name }, index) => (places[index] === undefined ? [] : [[name, places[index]]])));
  } catch (error) {
    // Another replica may succeed: the caller must see that.
    if (!(error instanceof SandboxError) || error.isReplicaLocal) throw error;
    const names = [...new Set(skills.map(({ name }) => name))].join(", ");
    const problem = `${names} cannot be installed in the sandbox: ${error.message}`;
    // The sandbox speaks to agents; that error is for who runs it.
    const remedies = error.remedies.length > 0 ? error.remedies : [PLACE_REMEDY];
    throw new SkillError("not-installed", problem[0]?.toUpperCase() + problem.slice(1), remedies, error);
  }
}

class SkillsInSandbox implements InstalledSkills {
  readonly #found: ReadonlyMap<string, FoundSkill>;
  /** By hash. The zips themselves are not needed any more. */
  readonly #texts: ReadonlyMap<string, string>;
  readonly #trees: ReadonlyMap<string, InstalledTree>;

  constructor(
    found: ReadonlyMap<string, FoundSkill>,
    packages: ReadonlyMap<string, SkillPackage>,
    trees: ReadonlyMap<string, InstalledTree>,
  ) {
    this.#found = found;
    this.#texts = new Map([...packages].map(([hash, { text }]) => [hash, text]));
    this.#trees = trees;
  }

  of(references: readonly SkillReference[]): readonly InstalledSkill[] {
    const skills = new Map<string, InstalledSkill>();
    for (const reference of references) {
      const found = this.#found.get(referenceKey(reference));
      if (found === undefined) throw new Error(`the skill ${reference.slug} was not installed`);
      const name = nameInPrompt(found.version.name);
      const location = this.#trees.get(found.hash)?.path ?? "";
      skills.set(JSON.stringify([name, location]), { name, location, text: this.#texts.get(found.hash) ?? "" });
    }
    return [...skills.values()];
  }
}
