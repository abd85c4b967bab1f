import { describe, expect, test } from "bun:test";
import { readPage } from "./page.ts";
import { type KnownNames, unknownNames } from "./unknown-names.ts";

const known: KnownNames = {
  commands: new Map([
    ["run", new Set(["--agent", "--secret-env"])],
    ["dev", new Set<string>()],
  ]),
  rootOptions: new Set(["--env-file"]),
  packageScripts: new Set(["check", "generate:docs"]),
  settings: new Set(["REDIS_HOST", "STIGMER_LLM_MODEL"]),
  hasFile: (path) => ["scripts/demo", "src/commands/"].includes(path),
};
const check = (markdown: string) => unknownNames("a.md", readPage(markdown), known);

describe("unknownNames", () => {
  test("accepts what exists", () => {
    const page = [
      "`agent-runner --env-file x.env run --agent a.yaml --secret-env KEY --help`, `agent-runner`, `bun run generate:docs`",
      "```console\n$ dist/agent-runner dev      # agent-runner explained\n$ scripts/demo | head --lines=3\n```",
      "`src/commands/NAME.ts`, `src/commands/`, `deploy/…`, `/etc/src/none`, `kubectl exec deploy/none`",
      "`REDIS_HOST`, `STIGMER_LLM_…`, `TEMPORAL_PROFILE`, `GREETING`, `kubectl create secret agent-runner --from-file=x`",
      "agent-runner is not code here, and neither is scripts/none",
    ].join("\n\n");
    expect(check(page)).toEqual([]);
  });

  test.each([
    ["`agent-runner explain`", "there is no command explain"],
    ["`agent-runner run-level`", "there is no command run-level"],
    ["`agent-runner run --agnet a.yaml`", "run has no option --agnet"],
    ["`agent-runner --agent a.yaml run`", "run has no option --agent"],
    ["`bun run chekc`", "package.json has no script chekc"],
    ["`scripts/none`", "there is no scripts/none"],
    ["`bun test src/none`", "there is no src/none"],
    ["`REDIS_HOTS=x`", "there is no setting REDIS_HOTS"],
    ["```\n$ agent-runner dev\n$ agent-runner devel\n```", "there is no command devel"],
  ])("finds what is wrong with %s", (page, problem) => {
    expect(check(page)).toEqual([`a.md: ${problem}`]);
  });
});
