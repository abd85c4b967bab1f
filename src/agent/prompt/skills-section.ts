import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { SystemMessage } from "@langchain/core/messages";
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

/** @returns a system prompt as it fits into a model's context */
export type FitPrompt = (
  prompt: SystemMessage,
  model: Pick<BaseChatModel, "profile">,
  notify: (text: string) => void,
) => SystemMessage;

/** The parts about skills in the prompts of an agent and its sub-agents, as far as they fit into the model's context. */
export class SkillSections {
  /** The skills of each section that was made. */
  readonly #sections = new Map<string, readonly SkillReference[]>();
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
    if (text !== "") this.#sections.set(text, references);
    return text;
  }

  /** What the user should know of the sections that were made. */
  get notice(): string | undefined {
    return shortenedNotice([...this.#shortened]);
  }

  /** Shortens the section of a prompt for a model with a smaller context that took over, and says so once. */
  readonly fit: FitPrompt = (prompt, model, notify) => {
    const budget = skillsBudget(model.profile?.maxInputTokens);
    if (budget >= this.#budget) return prompt;
    // One section may begin like another.
    const [whole] = [...this.#sections.keys()]
      .filter((section) => prompt.text.includes(section))
      .sort((one, other) => other.length - one.length);
    if (whole === undefined) return prompt;
    const { text: fitting, shortened } = skillsPrompt(this.#skills.of(this.#sections.get(whole) ?? []), budget);
    const news = shortened.filter((name) => !this.#shortened.has(name));
    for (const name of news) this.#shortened.add(name);
    const notice = shortenedNotice(news);
    if (notice !== undefined) notify(notice);
    const fitted = (text: string) => text.replace(whole, () => fitting);
    const { content } = prompt;
    if (typeof content === "string") return new SystemMessage({ ...prompt, content: fitted(content) });
    const blocks = content.map((block) =>
      block.type === "text" && typeof block["text"] === "string" ? { ...block, text: fitted(block["text"]) } : block,
    );
    return new SystemMessage({ ...prompt, content: blocks });
  };
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
