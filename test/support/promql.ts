/** Holds queries for Prometheus against a page of metrics: a misspelled name would never match, and never be noticed. */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** Names of series, each with its labels and their values. */
type Series = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** What Prometheus adds to each series. */
const TARGET_LABELS = ["job", "instance"];
/** Made by Prometheus itself. */
const OF_PROMETHEUS = "up";
/** Labels whose values are all on every page. */
const COMPLETE = ["stage", "state", "result"];

/** The series of a page in the text format. Metrics that have no series yet are there without labels. */
export function seriesOf(page: string): Series {
  const series = new Map<string, Map<string, Set<string>>>([[OF_PROMETHEUS, new Map()]]);
  for (const line of page.split("\n")) {
    const [, name = "", labels = ""] = /^([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === "") continue;
    const known = series.get(name) ?? new Map<string, Set<string>>();
    series.set(name, known);
    for (const [, label = "", value = ""] of labels.matchAll(/(\w+)="([^"]*)"/g))
      known.set(label, new Set([...(known.get(label) ?? []), value]));
  }
  return series;
}

/** What is wrong with a query; empty if nothing. Variables of Grafana may be in it. */
export function problemsOf(query: string, series: Series): string[] {
  const text = query.replaceAll("$__rate_interval", "5m");
  const problems: string[] = [];
  const used: string[] = [];
  const grouped: string[] = [];
  const of = ({ from, to }: { readonly from: number; readonly to: number }) => text.slice(from, to);
  parser.parse(text).iterate({
    enter: ({ type, node }) => {
      if (type.isError) problems.push(`is no query at ${JSON.stringify(text.slice(node.from))}`);
      if (type.name === "VectorSelector") {
        const name = of(node.getChild("Identifier") ?? { from: 0, to: 0 });
        used.push(name);
        problems.push(...problemsOfSelector(name, node, series, of));
      }
      if (type.name === "GroupingLabels") grouped.push(...node.getChildren("LabelName").map(of));
    },
  });
  if (used.length === 0) problems.push("names no metric");
  for (const label of grouped)
    if (!TARGET_LABELS.includes(label) && !used.some((name) => series.get(name)?.has(label) === true))
      problems.push(`groups by ${label}, which none of its metrics has`);
  return problems;
}

function problemsOfSelector(
  name: string,
  selector: SyntaxNode,
  series: Series,
  of: (node: SyntaxNode) => string,
): string[] {
  const labels = series.get(name);
  if (labels === undefined) return [`names ${JSON.stringify(name)}, which is no metric`];
  const matchers = selector.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
  return matchers.flatMap((matcher) => {
    const [label = "", literal = '""'] = ["LabelName", "StringLiteral"].map((part) => {
      const node = matcher.getChild(part);
      return node === null ? undefined : of(node);
    });
    if (TARGET_LABELS.includes(label)) return [];
    const values = labels.get(label);
    if (values === undefined) return [`selects ${name} by ${label}, which it does not have`];
    const wanted = literal.slice(1, -1).split("|");
    return COMPLETE.includes(label)
      ? wanted
          .filter((value) => !values.has(value))
          .map((value) => `selects ${name} by ${label}="${value}", which it never is`)
      : [];
  });
}
