/**
 * Writes what the documentation says of settings, commands, exit codes, metrics and the log, the manual page and the schema
 * of agent files, from the code that declares them; and the alert rules for the Prometheus Operator.
 *
 * `--check` writes nothing: it fails if a page differs from what would be written.
 */
import { join } from "node:path";
import { agentSchema } from "./docs/agent-schema.ts";
import { commandReference } from "./docs/command-reference.ts";
import { exitCodeTable } from "./docs/exit-code-table.ts";
import { fieldComments } from "./docs/field-comments.ts";
import { logFieldsTable } from "./docs/log-fields-table.ts";
import { manPage } from "./docs/man-page.ts";
import { metricsTable } from "./docs/metrics-table.ts";
import { prometheusRule } from "./docs/prometheus-rule.ts";
import { replaceBlock } from "./docs/replace-block.ts";
import { settingTable } from "./docs/setting-table.ts";

const root = join(import.meta.dir, "..");
const check = process.argv.includes("--check");

const pages: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  "docs/configuration.md": { settings: settingTable },
  "docs/commands.md": { commands: commandReference, "exit-codes": exitCodeTable },
  "docs/logs.md": { fields: logFieldsTable },
  "docs/metrics.md": { metrics: metricsTable },
};

/** Files that are written as a whole. */
const files: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/agent-runner.1": manPage,
  "docs/agent.schema.json": async () => `${JSON.stringify(agentSchema(await fieldComments(root)), null, 2)}\n`,
  "deploy/kubernetes/monitoring/prometheus-rule.yaml": () => prometheusRule(root),
};

const outdated: string[] = [];
for (const [page, blocks] of Object.entries(pages)) {
  const file = join(root, page);
  const before = await Bun.file(file).text();
  let after = before;
  for (const [name, content] of Object.entries(blocks)) after = replaceBlock(after, name, content());
  if (after === before) continue;
  outdated.push(page);
  if (!check) await Bun.write(file, after);
}
for (const [path, content] of Object.entries(files)) {
  const file = Bun.file(join(root, path));
  const [before, after] = [(await file.exists()) ? await file.text() : "", await content()];
  if (after === before) continue;
  outdated.push(path);
  if (!check) await file.write(after);
}
if (check && outdated.length > 0) {
  console.error(`Not what the code says: ${outdated.join(", ")}. Run \`bun run generate:docs\`.`);
  process.exit(1);
}
