/**
 * What the care for calls of models costs: counting, budgets, and threads that a session names.
 * Run it with `bun run bench:model-calls`.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { ulid } from "ulid";
import { ExecutionTurn } from "../src/activities/execution-turn.ts";
import { BaseUrl } from "../src/agent/model/base-url.ts";
import { modelCaller } from "../src/agent/model/call-model.ts";
import { ModelHealth } from "../src/agent/model/model-health.ts";
import { ModelPool } from "../src/agent/model/model-pool.ts";
import { requestBytes } from "../src/agent/model/request-bytes.ts";
import { Budget } from "../src/agent/usage/budget.ts";
import { UsageMeter } from "../src/agent/usage/usage-meter.ts";
import type { ModelConfig } from "../src/config/index.ts";
import { createLogger } from "../src/log/index.ts";
import { SecretMask } from "../src/shared/secret-mask.ts";
import { Semaphore } from "../src/shared/semaphore.ts";
import { openSqliteThreads } from "../src/threads/sqlite/index.ts";
import { silentCalls } from "../test/support/silent-calls.ts";

const CALLS = 20_000;
const TURNS = 200;
const log = createLogger({ level: "error", format: "text", mask: new SecretMask(), write: () => undefined });
const config: ModelConfig = { defaultProvider: "ollama", maxTokens: 8_192, temperature: 0 };
const baseUrl = new BaseUrl(config, log);
const models = await ModelPool.open(config, { provider: "ollama", model: "qwen2.5-coder:7b" }, baseUrl);
/** A conversation of 100 KB. */
const messages = Array.from({ length: 100 }, () => new HumanMessage("x".repeat(1_000)));

async function perCall(limits: { readonly maxModelCalls: number; readonly maxTokens: number }): Promise<number> {
  const usage = new UsageMeter();
  const call = modelCaller({
    calls: silentCalls,
    ...{ models, config, log, usage },
    health: new ModelHealth(config, baseUrl),
    budget: new Budget(limits, usage, config.maxTokens),
    signal: new AbortController().signal,
    deadline: Date.now() + 600_000,
  });
  const answer = async () =>
    Object.assign(new AIMessage({ content: "Yes.", response_metadata: { finish_reason: "stop" } }), {
      usage_metadata: { input_tokens: 10, output_tokens: 2, total_tokens: 12 },
    });
  const caller = { agent: "main", node: "", purpose: "turn", bytes: () => requestBytes({ messages }) } as const;
  const begun = performance.now();
  for (let count = 0; count < CALLS; count++) await call(answer, { caller, notify: () => undefined });
  return ((performance.now() - begun) / CALLS) * 1_000;
}

await perCall({ maxModelCalls: 0, maxTokens: 0 });
const micros = (value: number) => `${value.toFixed(1)} µs`;
console.log(`a call without budgets: ${micros(await perCall({ maxModelCalls: 0, maxTokens: 0 }))}`);
console.log(`with MAX_MODEL_CALLS: ${micros(await perCall({ maxModelCalls: 1_000_000, maxTokens: 0 }))}`);
console.log(
  `with MAX_TOKENS and a conversation of 100 KB: ${micros(await perCall({ maxModelCalls: 0, maxTokens: 1e9 }))}`,
);

const folder = await mkdtemp(join(tmpdir(), "model-calls-"));
const threads = openSqliteThreads(folder, log, async () => true);
for (const named of [undefined, "shared"]) {
  const begun = performance.now();
  for (let count = 0; count < TURNS; count++) {
    const executionId = `aex-${ulid().toLowerCase()}`;
    const options = { executionId, signal: new AbortController().signal, onLost: () => undefined };
    await using turn = new ExecutionTurn({ threads, semaphore: new Semaphore(10), log }, options);
    await turn.acquire("thread-ses-1", () => undefined);
    await turn.moveTo({ threadId: named, sessionId: "ses-1" }, "thread-ses-1", () => undefined);
  }
  const each = (performance.now() - begun) / TURNS;
  console.log(
    `the locks of an execution ${named === undefined ? "of" : "with a thread named by"} its session: ${each.toFixed(2)} ms`,
  );
}
await threads.close();
await rm(folder, { recursive: true });
