import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { brokenLinks } from "./broken-links.ts";
import { readPage } from "./page.ts";

async function check(pages: Readonly<Record<string, string>>): Promise<readonly string[]> {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "docs"));
  for (const [path, text] of Object.entries(pages)) await Bun.write(join(folder.path, path), text);
  return brokenLinks(folder.path, new Map(Object.entries(pages).map(([path, text]) => [path, readPage(text)])));
}

describe("brokenLinks", () => {
  test("accepts files, directories, headings and other sites", async () => {
    const readme = [
      "# The `Title` & more",
      "[a](docs/a.md) [b](docs/a.md#part-two-1) [c](#the-title--more) [d](docs) [e](https://example.com/none#x)",
      "`[code](none.md)`",
      "```\n[code](none.md)\n```",
    ].join("\n\n");
    expect(
      await check({ "README.md": readme, "docs/a.md": "## Part two\n\n## Part two\n\n[up](../README.md)" }),
    ).toEqual([]);
  });

  test("names links to missing files, images and headings", async () => {
    const readme = "# Title\n\n[a](docs/none.md) ![b](none.png) [c](#none) [d](docs/a.md#none) [e](docs/a.md#up)";
    expect(await check({ "README.md": readme, "docs/a.md": "# A\n\n[up](README.md#title)\n\n## Up" })).toEqual([
      "README.md: docs/none.md: there is no docs/none.md",
      "README.md: none.png: there is no none.png",
      "README.md: #none: README.md has no heading #none",
      "README.md: docs/a.md#none: docs/a.md has no heading #none",
      "docs/a.md: README.md#title: there is no docs/README.md",
    ]);
  });
});
