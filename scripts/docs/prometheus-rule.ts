import { join } from "node:path";

const HEAD = `# Generated from deploy/prometheus/alerts.yaml by \`bun run generate:docs\`.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: agent-runner
spec:
`;

/** The alert rules as the Prometheus Operator reads them. @throws Error if the file of the rules has no groups */
export async function prometheusRule(root: string): Promise<string> {
  const rules = await Bun.file(join(root, "deploy/prometheus/alerts.yaml")).text();
  const begin = /^groups:$/m.exec(rules)?.index;
  if (begin === undefined) throw new Error("deploy/prometheus/alerts.yaml has no groups");
  return HEAD + rules.slice(begin).replace(/^(?=.)/gm, "  ");
}
