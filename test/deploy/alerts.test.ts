import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parse } from "yaml";
import { readPage } from "../../scripts/docs/page.ts";

const root = join(import.meta.dir, "../..");
const folder = join(root, "deploy/prometheus");

interface Rule {
  readonly alert: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
const { groups } = parse(await Bun.file(join(folder, "alerts.yaml")).text()) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

describe("alert rules", () => {
  test.each(rules)("$alert has a section with symptom, cause and remedy", async ({ alert, labels, annotations }) => {
    expect(["critical", "warning"]).toContain(labels.severity);
    expect(annotations.summary).not.toBe("");
    const [page = "", anchor = ""] = annotations.runbook.split("#");
    const text = await Bun.file(join(root, page)).text();
    expect(readPage(text).anchors).toContain(anchor);
    const section = text.split(`### ${alert}\n`)[1]?.split("\n### ")[0] ?? "";
    for (const part of ["Symptom", "Cause", "Remedy"]) expect(section).toContain(`**${part}:**`);
  });

  test.skipIf(Bun.which("promtool") === null)("are valid, fire when they should, and only then", async () => {
    for (const args of [
      ["check", "rules", "alerts.yaml"],
      ["test", "rules", "alerts.test.yaml"],
    ]) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(["promtool", ...args], { cwd: folder });
      expect({ exitCode, output: exitCode === 0 ? "" : `${stdout}${stderr}` }).toEqual({ exitCode: 0, output: "" });
    }
  });

  test("are all tested: each fires, and does not fire for a healthy runner", async () => {
    const { tests } = parse(await Bun.file(join(folder, "alerts.test.yaml")).text(), { merge: true }) as {
      tests: { name: string; alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    const names = rules.map(({ alert }) => alert).sort();
    const checked = (name: string) =>
      tests
        .find((each) => each.name.startsWith(name))
        ?.alert_rule_test.map(({ alertname }) => alertname)
        .sort();
    expect(checked("each alert fires")).toEqual(names);
    expect(checked("a healthy runner")).toEqual(names);
  });
});

test("those for the Prometheus Operator are the same", async () => {
  const manifest = parse(await Bun.file(join(root, "deploy/kubernetes/monitoring/prometheus-rule.yaml")).text());
  expect(manifest.spec).toEqual({ groups });
});
