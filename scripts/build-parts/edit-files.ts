import type { PluginBuilder } from "bun";

/** A place in a package's file, and what to put there. */
type Replacement = readonly [search: string | RegExp, replace: string];

/** A package's file, by its path's end, and what to replace in it. */
export type Edit = readonly [file: RegExp, replacements: readonly Replacement[]];

/** Bundles files of packages with changes. The build fails if a text to replace is not found. */
export function editFiles(build: PluginBuilder, edits: readonly Edit[]): void {
  for (const [file, replacements] of edits) {
    build.onLoad({ filter: file }, async ({ path }) => ({
      contents: replaced(await Bun.file(path).text(), replacements, path),
      loader: "js",
    }));
  }
}

/** @throws if a text to replace is not found: the package has changed, and the program would fail when it runs */
function replaced(text: string, replacements: readonly Replacement[], path: string): string {
  let result = text;
  for (const [search, replace] of replacements) {
    const next = result.replace(search, replace);
    if (next === result)
      throw new Error(`${path} has no ${search}: look at what changed in this version of the package`);
    result = next;
  }
  return result;
}
