/**
 * Writes the table of settings into the README from the schema. `--check` writes nothing: it fails where the README
 * says something else.
 */
import { join } from "node:path";
import { EXIT_MEANINGS } from "../src/cli/index.ts";
import { describeSettings } from "../src/config/index.ts";

const file = join(import.meta.dir, "../README.md");
const readme = await Bun.file(file).text();
const [start, end] = [
  "<!-- settings: written by `bun scripts/readme-settings.ts` from the schema -->",
  "<!-- /settings -->",
];

const rows = describeSettings().map(({ variable, modes, infos }) => {
  const names = [variable, ...(infos[0]?.also ?? [])].map((name) => `\`${name}\``).join(" or ");
  const only = modes.length === 2 ? "" : ` (${modes[0]} only)`;
  const defaults = [
    ...new Set(
      infos.map((info) => (info.remedy === undefined ? (info.defaultNote ?? code(info.default)) : "required")),
    ),
  ];
  const named =
    defaults.length === 1
      ? defaults[0]
      : infos.map((_, index) => `${["cloud", "local"][index]}: ${defaults[index]}`).join("; ");
  const secret = infos[0]?.public === false ? " Secret." : "";
  return `| ${names}${only} | ${named} | ${infos[0]?.about}${secret} |`;
});
const table = [
  "| variable | default | what it is |",
  "|---|---|---|",
  "| `MODE` | `cloud` | `cloud` or `local`. |",
  ...rows,
].join("\n");
const before = readme.slice(0, readme.indexOf(start) + start.length);
const after = readme.slice(readme.indexOf(end));
const written = `${before}\n${table}\n${after}`;

const missing = EXIT_MEANINGS.filter(([exitCode, meaning]) => !readme.includes(`| ${exitCode} | ${meaning} |`));
if (missing.length > 0)
  fail(
    `The README lacks exit codes or says something else of them: ${missing.map(([exitCode]) => exitCode).join(", ")}`,
  );
if (!process.argv.includes("--check")) await Bun.write(file, written);
else if (written !== readme)
  fail("The README's table of settings is not what the schema says: run `bun scripts/readme-settings.ts`.");

function code(value: string | undefined): string {
  return value === undefined ? "" : `\`${value}\``;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
