import type { SetValue } from "./origin.ts";
import type { Setting } from "./setting.ts";
import { quote } from "./views.ts";

/**
 * Names of one setting that are set to different values: all but the first have no effect, which their launcher should
 * know. A value of the file that the environment replaces under the same name is no conflict.
 * @param found what is set under the setting's names, the one that wins first
 * @returns a sentence for each value without effect
 */
export function aliasConflicts(
  [winner, ...others]: readonly SetValue[],
  { name, secret, hasGeneralAliases }: Setting,
): readonly string[] {
  if (winner === undefined || (hasGeneralAliases === true && winner.origin.name === name)) return [];
  return others
    .filter(({ value, origin }) => value !== winner.value && origin.name !== winner.origin.name)
    .map((loser) => conflict(shown(loser, !secret), shown(winner, !secret)));
}

/** Pairs of settings that set the same for one provider: the first is used, the second is not. */
const SHARED_VALUES = [
  { provider: "ollama", used: "OLLAMA_BASE_URL", unused: "STIGMER_LLM_BASE_URL" },
  { provider: "anthropic", used: "STIGMER_LLM_API_KEY", unused: "ANTHROPIC_API_KEY" },
  { provider: "openai", used: "STIGMER_LLM_API_KEY", unused: "OPENAI_API_KEY" },
] as const;

/** The same for different settings that set the same for the chosen provider. Keys and URLs are not shown. */
export function sharedValueConflicts(found: ReadonlyMap<string, SetValue>): readonly string[] {
  const provider = found.get("STIGMER_LLM_PROVIDER")?.value.toLowerCase();
  return SHARED_VALUES.filter((shared) => shared.provider === provider).flatMap((shared) => {
    const [winner, loser] = [found.get(shared.used), found.get(shared.unused)];
    if (winner === undefined || loser === undefined || winner.value === loser.value) return [];
    return [conflict(shown(loser, false), shown(winner, false))];
  });
}

function conflict(loser: string, winner: string): string {
  return `${loser} has no effect: ${winner} sets the same and wins. Unset one of the two.`;
}

function shown({ value, origin }: SetValue, isPublic: boolean): string {
  const place = origin.from === "file" ? ` in ${origin.file}` : "";
  return `${origin.name}${place} ${isPublic ? quote(value) : "(not shown)"}`;
}
