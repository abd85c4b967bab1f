/**
 * Runs before every test file: takes away from the tests what the machine's user happens to have, so that they neither
 * use nor change it.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const AMBIENT =
  /^(STIGMER_|TEMPORAL_|REDIS_|DAYTONA_|AUTH0_|ADMIN_|SANDBOX_|OLLAMA_|ANTHROPIC_|OPENAI_|LANGSMITH_|LANGCHAIN_|LOG_|MODE$|TASK_QUEUE$|WORKSPACE_ROOT$|DRAIN_TIMEOUT$|STATUS_STREAMING$)/;

for (const name of Object.keys(process.env)) if (AMBIENT.test(name)) delete process.env[name];
process.env["HOME"] = mkdtempSync(join(tmpdir(), "agent-runner-test-home-"));
