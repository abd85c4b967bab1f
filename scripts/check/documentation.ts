/**
 * The documentation leads to what exists: its links, the commands, options, settings and files that it names, the modules,
 * and the log lines that it quotes.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json";
import { listSettings } from "../../src/config/index.ts";
import { program } from "../../src/program.ts";
import { brokenLinks } from "../docs/broken-links.ts";
import { type Page, readPage } from "../docs/page.ts";
import { type KnownNames, unknownNames } from "../docs/unknown-names.ts";
import { unknownQuotes } from "../docs/unknown-quotes.ts";

const root = join(import.meta.dir, "../..");

const pages = new Map<string, Page>();
for (const pattern of ["*.md", "{docs,deploy,examples}/**/*.md"])
  for await (const path of new Bun.Glob(pattern).scan({ cwd: root }))
    pages.set(path, readPage(await Bun.file(join(root, path)).text()));

const commands = program({ env: {}, exit: () => undefined });
const longOptions = ({ options }: typeof commands) => new Set(options.map(({ long }) => long ?? ""));
const known: KnownNames = {
  commands: new Map(commands.commands.map((command) => [command.name(), longOptions(command)])),
  rootOptions: longOptions(commands),
  packageScripts: new Set(Object.keys(packageJson.scripts)),
  settings: new Set(listSettings().flatMap(({ names }) => names)),
  hasFile: (path) => existsSync(join(root, path)),
};

const history = "CHANGELOG.md";
const problems = [
  ...brokenLinks(root, pages),
  // The changelog may name what is gone.
  ...[...pages].flatMap(([path, page]) => (path === history ? [] : unknownNames(path, page, known))),
];
const described = pages.get("docs/architecture.md")?.links ?? [];
for (const entry of readdirSync(join(root, "src"), { withFileTypes: true }))
  if (entry.isDirectory() && !described.some((link) => link.startsWith(`../src/${entry.name}/`)))
    problems.push(`docs/architecture.md: its table of modules lacks src/${entry.name}`);
const manual = "docs/troubleshooting.md";
const quoting = pages.get(manual);
if (quoting !== undefined) problems.push(...unknownQuotes(manual, quoting, await sourceText()));
if (pages.size === 0) problems.push("there are no pages");
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}

async function sourceText(): Promise<string> {
  const files = [...new Bun.Glob("**/*.ts").scanSync({ cwd: join(root, "src") })];
  const sources = files.filter((file) => !file.endsWith(".test.ts") && !file.includes("/gen/"));
  return (await Promise.all(sources.map((file) => Bun.file(join(root, "src", file)).text()))).join("\n");
}
