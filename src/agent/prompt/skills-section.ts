import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { SkillReference } from "../../definition/index.ts";
import { type InstalledSkills, skillsPrompt } from "../../skills/index.ts";

/** The part of a model's context that an agent's skills may fill: the rest is for the conversation. */
const SHARE = 1 / 4;
/** For models whose context is not known: small enough for those that people run themselves. */
const DEFAULT_TOKENS = 8_000;
/** More than this distracts even a model that has room for it. */
const MAX_TOKENS = 50_000;
/** An estimate from below: prose has four, code three, Chinese three bytes for one character. */
const BYTES_PER_TOKEN = 3;

/** The parts about skills in the prompts of an agent and its sub-agents, as far as they fit into the model's context. */
export class SkillSections {
  readonly #skills: InstalledSkills;
  readonly #budget: number;
  readonly #shortened = new Set<string>();

  constructor(skills: InstalledSkills, model: BaseChatModel) {
    this.#skills = skills;
    this.#budget = skillsBudget(model.profile?.maxInputTokens);
  }

  /** @returns empty without skills */
  of(references: readonly SkillReference[]): string {
    const { text, shortened } = skillsPrompt(this.#skills.of(references), this.#budget);
    for (const name of shortened) this.#shortened.add(name);
    return text;
  }

  /** What the user should know of the sections that were made. */
  get notice(): string | undefined {
    return shortenedNotice([...this.#shortened]);
  }
}

/** How long the part about skills may be, in bytes. @param contextTokens absent if it is not known */
export function skillsBudget(contextTokens: number | undefined): number {
  const tokens = contextTokens === undefined ? DEFAULT_TOKENS : Math.min(contextTokens * SHARE, MAX_TOKENS);
  return Math.floor(tokens * BYTES_PER_TOKEN);
}

/** What the user should know of skills that are not in the prompt as a whole. */
export function shortenedNotice(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return `The SKILL.md of ${names.join(", ")} does not fit into the model's context as a whole. The agent was given its beginning, and told to read the file before it uses the skill.`;
}
