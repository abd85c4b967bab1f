/** The documentation leads to what exists: its links, and the commands, options, settings and scripts that it names. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json";
import { describeSettings } from "../../src/config/index.ts";
import { program } from "../../src/main.ts";
import { brokenLinks } from "../docs/broken-links.ts";
import { type Page, readPage } from "../docs/page.ts";
import { type KnownNames, unknownNames } from "../docs/unknown-names.ts";

const root = join(import.meta.dir, "../..");

const pages = new Map<string, Page>();
for (const pattern of ["*.md", "{docs,deploy,examples}/**/*.md"])
  for await (const path of new Bun.Glob(pattern).scan({ cwd: root }))
    pages.set(path, readPage(await Bun.file(join(root, path)).text()));

const commands = program({}, () => undefined);
const longOptions = ({ options }: typeof commands) => new Set(options.map(({ long }) => long ?? ""));
const known: KnownNames = {
  commands: new Map(commands.commands.map((command) => [command.name(), longOptions(command)])),
  rootOptions: longOptions(commands),
  packageScripts: new Set(Object.keys(packageJson.scripts)),
  settings: new Set(describeSettings().flatMap(({ variable, infos }) => [variable, ...(infos[0]?.aliases ?? [])])),
  hasFile: (path) => existsSync(join(root, path)),
};

const history = "CHANGELOG.md";
const problems = [
  ...brokenLinks(root, pages),
  // The changelog may name what is gone.
  ...[...pages].flatMap(([path, page]) => (path === history ? [] : unknownNames(path, page, known))),
];
if (pages.size === 0) problems.push("there are no pages");
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
