import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Page } from "./page.ts";

/**
 * Finds the relative links that lead nowhere. Links to other sites are not followed.
 * @param root the directory that the pages' paths start at
 * @param pages by path
 * @returns a sentence for each broken link
 */
export function brokenLinks(root: string, pages: ReadonlyMap<string, Page>): readonly string[] {
  return [...pages].flatMap(([path, { links }]) =>
    links.flatMap((link) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(root, target))) return [`${path}: ${link}: there is no ${target}`];
      if (anchor === undefined || pages.get(target)?.anchors.has(anchor)) return [];
      return [`${path}: ${link}: ${target} has no heading #${anchor}`];
    }),
  );
}
