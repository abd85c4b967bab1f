/**
 * Runs before the test files: isolates tests from the user's environment, sets their time limit, gives their daemons the
 * workflow, and stops servers that they have left running.
 */
import { afterAll, setDefaultTimeout } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plugin } from "bun";
import { workflowPlugin } from "../../scripts/build-parts/workflow-plugin.ts";
import { TEST_LIMIT_MS } from "../../scripts/lib/test-limit.ts";
import { killServerProcesses } from "./server-process/server-process.ts";

const AMBIENT =
  /^(STIGMER_|TEMPORAL_|REDIS_|DAYTONA_|AUTH0_|ADMIN_|SANDBOX_|OLLAMA_|ANTHROPIC_|OPENAI_|LANGSMITH_|LANGCHAIN_|LOG_|MODE$|TASK_QUEUE$|WORKSPACE_ROOT$|DRAIN_TIMEOUT$|STATUS_STREAMING$)/;

for (const name of Object.keys(process.env)) if (AMBIENT.test(name)) delete process.env[name];
const home = mkdtempSync(join(tmpdir(), "agent-runner-test-home-"));
process.env["HOME"] = home;

// `scripts/test` bundles the workflow once. Without it, each file that starts a daemon does that again, for seconds.
const workflow = process.env["TEST_WORKFLOW"];
if (workflow !== undefined) plugin(workflowPlugin(() => Bun.file(workflow).text()));

// Without --isolate or --parallel this is for the first file only; `--timeout` is for all.
setDefaultTimeout(TEST_LIMIT_MS);
afterAll(async () => {
  await killServerProcesses();
  rmSync(home, { recursive: true, force: true });
});
