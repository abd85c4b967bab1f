/** The tests behind scripts/test: every suite, each with its output, and at the end the sum of them all. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { workflowModule } from "./build-parts/workflow-plugin.ts";
import { ensureBuilt } from "./lib/built.ts";
import { TEST_LIMIT_MS } from "./lib/test-limit.ts";
import { type Failure, failureLines, junitFailures, vitestFailures } from "./test-support/failures.ts";
import { prepareServices, type Services } from "./test-support/services.ts";

const root = join(import.meta.dir, "..");
/** How long each file of a suite took: the longest are started first, so that none of them is left alone at the end. */
const TIMINGS = "test/timings.json";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Tests that this machine or this user cannot run. */
  readonly skipped: number;
  /** Those that are known by name. */
  readonly failures?: readonly Failure[];
}

interface Suite {
  readonly name: string;
  readonly about: string;
  run(report: string): Promise<Counts>;
}

const suites: readonly Suite[] = [
  { name: "check", about: "format, lint, types, boundaries, generated files", run: check },
  { name: "unit", about: "tests beside the code", run: bunTest(["src", "scripts"], 3) },
  { name: "conformance", about: "LangGraph's suite for checkpoint savers", run: vitest("test/conformance") },
  { name: "wiring", about: "the parts together, with real servers", run: bunTest(["test/wiring"], 4, TIMINGS) },
  { name: "e2e", about: "the compiled program", run: bunTest(["test/e2e"], 2) },
  { name: "deploy", about: "image, compose file and manifests", run: bunTest(["test/deploy"], 2) },
];

/** These use servers, and daemons that run from source. */
const USE_SERVICES = ["wiring", "deploy"];
let services: Services | undefined;
let workflow: string | undefined;

/** Runs a command and shows what it says. @returns its exit code */
async function show(command: readonly string[]): Promise<number> {
  return await Bun.spawn([...command], {
    cwd: root,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    env: {
      ...process.env,
      ...services?.env,
      ...(workflow === undefined ? {} : { TEST_WORKFLOW: workflow }),
      NO_COLOR: "1",
    },
  }).exited;
}

/** Once for all tests. @returns the file of the module */
async function bundleWorkflow(): Promise<string> {
  const file = join(reports, "workflow.js");
  await Bun.write(file, await workflowModule());
  return file;
}

async function check(): Promise<Counts> {
  return (await show(["bun", "scripts/check.ts"])) === 0
    ? { passed: 1, failed: 0, skipped: 0 }
    : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * @param workers test files at once: more where tests mostly wait for other processes
 * @param timings the file with the times of its files, if they differ much
 */
function bunTest(folders: readonly string[], workers: number, timings?: string): Suite["run"] {
  return async (report) => {
    const code = await show([
      "bun",
      "test",
      `--timeout=${TEST_LIMIT_MS}`,
      `--parallel=${workers}`,
      ...(timings === undefined ? [] : [`--timings=${timings}`]),
      ...(timings !== undefined && options["update-timings"] ? ["--update-timings"] : []),
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...folders,
    ]);
    const xml = await Bun.file(report)
      .text()
      .catch(() => "");
    const [head = ""] = /<testsuites [^>]*>/.exec(xml) ?? [];
    const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
    const run = { tests: count("tests"), failures: count("failures"), skipped: count("skipped"), code };
    return { ...counted(run), failures: junitFailures(xml) };
  };
}

function vitest(folder: string): Suite["run"] {
  return async (report) => {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const options = ["--globals", "--pool=threads", `--testTimeout=${TEST_LIMIT_MS}`, `--hookTimeout=${TEST_LIMIT_MS}`];
    const code = await show(["bunx", "--bun", "vitest", "run", ...options, ...reporters, folder]);
    const result = (await Bun.file(report)
      .json()
      .catch(() => ({}))) as Parameters<typeof vitestFailures>[0] & {
      readonly numTotalTests?: number;
      readonly numFailedTests?: number;
      readonly numPendingTests?: number;
    };
    const { numTotalTests: tests = 0, numFailedTests: failures = 0, numPendingTests: skipped = 0 } = result;
    return { ...counted({ tests, failures, skipped, code }), failures: vitestFailures(result) };
  };
}

interface Run {
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
  readonly code: number;
}

/** A suite that ran no test, or ended badly with none failed, has failed itself. */
function counted({ tests, failures, skipped, code }: Run): Counts {
  const passed = tests - failures - skipped;
  const broken = passed + failures === 0 || (code !== 0 && failures === 0) ? 1 : 0;
  return { passed, failed: failures + broken, skipped };
}

/** With `--no-skips`, a test that was skipped has failed: nobody would notice that something is not tested any more. */
function withSkips(counts: Counts): Counts {
  const { failed, skipped } = counts;
  return { ...counts, failed: options["no-skips"] ? failed + skipped : failed };
}

const { values: options, positionals: wanted } = parseArgs({
  options: {
    "no-skips": { type: "boolean", default: false },
    "update-timings": { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(", ")}; there are ${suites.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}

const reports = await mkdtemp(join(tmpdir(), "agent-runner-reports-"));
const results: (Counts & { readonly name: string; readonly seconds: number })[] = [];
try {
  await ensureBuilt();
  for (const { name, about, run } of suites.filter((suite) => wanted.length === 0 || wanted.includes(suite.name))) {
    if (USE_SERVICES.includes(name)) {
      services ??= await prepareServices();
      workflow ??= await bundleWorkflow();
    }
    console.log(`\n== ${name}: ${about}`);
    const started = Date.now();
    const counts = withSkips(await run(join(reports, name)));
    results.push({ name, seconds: Math.round((Date.now() - started) / 1000), ...counts });
  }
} finally {
  await services?.stop();
  await rm(reports, { recursive: true, force: true });
}

console.log();
for (const { name, failures = [] } of results) for (const line of failureLines(name, failures)) console.log(line);
for (const { name, passed, failed, skipped, seconds } of results)
  console.log(
    `${name}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""} in ${seconds} s`,
  );
if (services !== undefined) console.log(services.about);
if (options["no-skips"] && results.some(({ skipped }) => skipped > 0))
  console.log("Skipped tests count as failed. Their lines begin with (skip), the reasons with Skipped:");
const sum = (key: "passed" | "failed") => results.reduce((total, counts) => total + counts[key], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exit(sum("failed") === 0 ? 0 : 1);
