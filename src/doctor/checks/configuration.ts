import type { Inspection } from "../../config/index.ts";
import { type Check, type CheckResult, passed, refused, warned } from "../../shared/check.ts";
import { plural, sentence } from "../../shared/text.ts";

const AREA = "configuration";

/** The configuration: whether it is valid, and a check for each problem. */
export function configurationChecks(inspection: Inspection): readonly Check[] {
  const failures = inspection.problems.map(
    ({ variable, problem, allowed, remedy }): Check => ({
      id: `${AREA}.${/^\w+/.exec(variable)?.[0] ?? "file"}`,
      area: AREA,
      title: variable,
      run: async () => refused(problem, [`Allowed: ${sentence(allowed)} ${sentence(remedy)}`]),
    }),
  );
  const general = generalResult(inspection);
  return [
    ...(general === undefined ? [] : [{ id: AREA, area: AREA, title: AREA, run: async () => general }]),
    ...failures,
  ];
}

/** What is not about one problem. */
function generalResult({ problems, views, warnings, hints }: Inspection): CheckResult | undefined {
  const notes = [...warnings, ...(problems.length === 0 ? [] : hints)].map(sentence);
  if (notes.length > 0)
    return warned(notes.join(" "), ["`agent-runner config` shows every setting and where it comes from."]);
  if (problems.length > 0) return undefined;
  const set = views.filter(({ origin }) => origin.from !== "default").length;
  return passed(`valid: ${plural(views.length, "setting")}, ${set} of them set`);
}
