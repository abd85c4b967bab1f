import { DEFAULT_MODELS, MODEL_ALIASES } from "../shared/known-models.ts";

/** What can be typed at a place: words that the program knows, or names of files, which the shell completes. */
export type Expected = "files" | "directories" | readonly string[];

const MODELS: readonly string[] = [
  ...new Set([
    ...MODEL_ALIASES.keys(),
    ...Object.entries(DEFAULT_MODELS).map(([provider, model]) => `${provider}:${model}`),
  ]),
].filter((name) => !name.startsWith("scripted:"));

/** What a value is, by the name that its declaration gives it: `--agent <file>`. */
const BY_PLACEHOLDER: ReadonlyMap<string, Expected> = new Map<string, Expected>([
  ["file", "files"],
  ["directory", "directories"],
  ["model", MODELS],
]);

/** @param placeholder as declared, such as `<file>` or `file...`; undefined for none */
export function expectedFor(placeholder: string | undefined): Expected {
  return BY_PLACEHOLDER.get(placeholder?.replace(/[<>[\]]|\.{3}$/g, "") ?? "") ?? [];
}
