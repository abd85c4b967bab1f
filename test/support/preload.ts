/**
 * Runs before the test files: isolates tests from the user's environment, sets their time limit, and stops servers that
 * they have left running.
 */
import { afterAll, setDefaultTimeout } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_LIMIT_MS } from "../../scripts/lib/test-limit.ts";
import { killServerProcesses } from "./server-process/server-process.ts";

const AMBIENT =
  /^(STIGMER_|TEMPORAL_|REDIS_|DAYTONA_|AUTH0_|ADMIN_|SANDBOX_|OLLAMA_|ANTHROPIC_|OPENAI_|LANGSMITH_|LANGCHAIN_|LOG_|MODE$|TASK_QUEUE$|WORKSPACE_ROOT$|DRAIN_TIMEOUT$|STATUS_STREAMING$)/;

for (const name of Object.keys(process.env)) if (AMBIENT.test(name)) delete process.env[name];
const home = mkdtempSync(join(tmpdir(), "agent-runner-test-home-"));
process.env["HOME"] = home;

// Without --isolate or --parallel this is for the first file only; `--timeout` is for all.
setDefaultTimeout(TEST_LIMIT_MS);
afterAll(async () => {
  await killServerProcesses();
  rmSync(home, { recursive: true, force: true });
});
