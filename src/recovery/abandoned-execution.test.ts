import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { create, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { startBackend } from "../../test/support/backend.ts";
import { pause, until } from "../../test/support/eventually.ts";
import { entry } from "../../test/support/journal-contract.ts";
import { phaseOf, StigmerUser } from "../../test/support/stigmer-user.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { silentLogger } from "../log/index.ts";
import {
  type AgentExecution,
  AgentExecutionCommandController,
  AgentExecutionSchema,
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  ExecutionPhase,
  MessageType,
  StigmerClient,
} from "../stigmer/index.ts";
import { TYPE_KEY, type TypedJson, typeUrl, type WorkflowState, type Workflows } from "../temporal/index.ts";
import { type AbandonedDeps, AbandonedExecution, type Verdict } from "./abandoned-execution.ts";

let closing: AsyncDisposableStack;
let client: StigmerClient;
let user: StigmerUser;
let execution: AgentExecution;

beforeEach(async () => {
  closing = new AsyncDisposableStack();
  const folder = closing.use(await temporaryFolder());
  const backend = closing.use(await startBackend(folder.path));
  client = new StigmerClient({ endpoint: backend.endpoint, tls: false, apiKey: () => "key" });
  closing.defer(() => client.close());
  user = new StigmerUser(client);
  execution = await user.begin(await user.session(), "Go");
});
afterEach(() => closing.disposeAsync());

/** What Temporal tells; `undefined`: it does not know the workflow; an error: it does not answer. */
type Answer = WorkflowState | undefined | Error;

const heartbeatAt = (aliveAt: number): WorkflowState => ({
  isOpen: true,
  isCancelled: false,
  pending: new Map([["2", { aliveAt }]]),
});
const CLOSED: WorkflowState = { isOpen: false, isCancelled: false, pending: new Map() };

/** A backend with executions whose status is unset. @param sent gets the status updates */
function backendWithoutStatus(sent: AgentExecutionStatus[]): AbandonedDeps["client"] {
  const call = async (_: unknown, request: { readonly status?: AgentExecutionStatus }) => {
    if (request.status !== undefined) sent.push(request.status);
    return create(AgentExecutionSchema);
  };
  return { call: call as StigmerClient["call"] };
}

const LIMITS = { silentMs: 600_000, unknownMs: 600_000 };

function abandoned(isCertain = false, limits = LIMITS, backend: AbandonedDeps["client"] = client) {
  let answer: Answer;
  const completions: (boolean | Error)[] = [];
  const results: TypedJson[] = [];
  const workflows = {
    describe: async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
    completeActivity: async (...[, , result]: Parameters<Workflows["completeActivity"]>) => {
      const completion = completions.shift() ?? true;
      if (completion instanceof Error) throw completion;
      if (completion) results.push(result);
      return completion;
    },
  };
  const { signal } = new AbortController();
  const deps = { client: backend, workflows, isCertain, signal, log: silentLogger };
  const one = new AbandonedExecution(entry(execution.metadata?.id ?? ""), deps, limits);
  const look = async (next: Answer): Promise<Verdict | "failed"> => {
    answer = next;
    return await one.check().catch(() => "failed" as const);
  };
  return { look, completions, results };
}

const phase = async () => phaseOf(await user.get(execution));

/** Changes the stored status as a runner does. */
async function report(status: MessageInitShape<typeof AgentExecutionStatusSchema>): Promise<void> {
  const { method } = AgentExecutionCommandController;
  await client.call(method.updateStatus, { executionId: execution.metadata?.id ?? "", status });
}

describe("execution that seems abandoned", () => {
  test("is not ended only because its last heartbeat is old by the local clock", async () => {
    const { look } = abandoned();
    expect(await look(heartbeatAt(Date.now() - 3_600_000))).toBe("pending");
    expect(await look(heartbeatAt(Date.now() - 3_600_000 + 4_000))).toBe("alive");
    expect(await phase()).toBe("EXECUTION_PENDING");
  });

  test("is ended after the silence limit, even if Temporal's clock is ahead", async () => {
    const { look } = abandoned(false, { silentMs: 50, unknownMs: 600_000 });
    const silent = heartbeatAt(Date.now() + 3_600_000);
    expect(await look(silent)).toBe("pending");
    await until("it is silent for long enough", async () => (await look(silent)) === "done");
    expect(await phase()).toBe("EXECUTION_FAILED");
  });

  test("is not ended if Temporal was unavailable, because heartbeats could not arrive", async () => {
    const limits = { silentMs: 200, unknownMs: 600_000 };
    const { look } = abandoned(false, limits);
    await look(heartbeatAt(1_000));
    expect(await look(new Error("Temporal is away"))).toBe("failed");
    await pause(2 * limits.silentMs);
    expect(await look(heartbeatAt(1_000))).toBe("pending");
    expect(await look(heartbeatAt(5_000))).toBe("alive");
    expect(await phase()).toBe("EXECUTION_PENDING");
  });

  test("is not ended at once if Temporal does not know its workflow", async () => {
    const { look } = abandoned(false, { silentMs: 0, unknownMs: 600_000 });
    for (let n = 0; n < 3; n++) expect(await look(undefined)).toBe("pending");
    expect(await phase()).toBe("EXECUTION_PENDING");
    const later = abandoned(false, { silentMs: 600_000, unknownMs: 50 });
    await until("it is unknown for long enough", async () => (await later.look(undefined)) === "done");
    expect(await phase()).toBe("EXECUTION_FAILED");
  });

  test("is not ended at once after its workflow has ended, because its runner may still report", async () => {
    expect(await abandoned().look(CLOSED)).toBe("pending");
    const later = abandoned(false, { silentMs: 50, unknownMs: 600_000 });
    await until("it has ended for long enough", async () => (await later.look(CLOSED)) === "done");
  });

  test("is ended at once if its runner has certainly ended", async () => {
    for (const sight of [heartbeatAt(Date.now()), CLOSED, undefined]) {
      execution = await user.begin(await user.session(), "Go");
      expect(await abandoned(true).look(sight)).toBe("done");
      expect(await phase()).toBe("EXECUTION_FAILED");
    }
  });

  test("is cancelled, with the reason, if its workflow was cancelled", async () => {
    for (const sight of [heartbeatAt(Date.now()), CLOSED]) {
      execution = await user.begin(await user.session(), "Go");
      const { look, results } = abandoned(true);
      expect(await look({ ...sight, isCancelled: true })).toBe("done");
      expect(await phase()).toBe("EXECUTION_CANCELLED");
      expect((await user.get(execution)).status?.error).toContain("cancelled: its user or Stigmer");
      if (sight.isOpen) expect(results).toMatchObject([{ phase: "EXECUTION_CANCELLED" }]);
    }
  });

  test("is told whether anything was done", async () => {
    const told = async () => (await user.get(execution)).status?.error ?? "";
    await abandoned(true).look(CLOSED);
    expect(await told()).toContain("before it began to work on this execution");
    execution = await user.begin(await user.session(), "Go");
    await report({ phase: ExecutionPhase.EXECUTION_IN_PROGRESS });
    await abandoned(true).look(CLOSED);
    expect(await told()).toContain("What was done until then is kept");
  });

  test("is ended as not begun if the backend has no status of it", async () => {
    const sent: AgentExecutionStatus[] = [];
    const { look, results } = abandoned(true, undefined, backendWithoutStatus(sent));
    expect(await look(heartbeatAt(1_000))).toBe("done");
    expect(sent).toMatchObject([{ phase: ExecutionPhase.EXECUTION_FAILED }]);
    expect(sent[0]?.error).toContain("before it began to work on this execution");
    expect(results).toMatchObject([{ phase: "EXECUTION_FAILED", error: sent[0]?.error }]);
  });

  test("has its activity completed later if that failed after its status was sent", async () => {
    const { look, completions } = abandoned(true);
    completions.push(new Error("Temporal is away"));
    expect(await look(heartbeatAt(1_000))).toBe("failed");
    expect(await phase()).toBe("EXECUTION_FAILED");
    completions.push(false);
    expect(await look(heartbeatAt(1_000))).toBe("pending");
    expect(await look(CLOSED)).toBe("done");
  });

  test("has its activity completed with the final status that its runner sent before it was killed", async () => {
    const endings = [
      { phase: ExecutionPhase.EXECUTION_COMPLETED },
      { phase: ExecutionPhase.EXECUTION_CANCELLED, error: "Its user cancelled it." },
      { phase: ExecutionPhase.EXECUTION_FAILED, error: "The model is not reachable." },
    ];
    for (const ending of endings) {
      execution = await user.begin(await user.session(), "Go");
      const messages = [{ type: MessageType.MESSAGE_AI, content: "Hello" }];
      const status = create(AgentExecutionStatusSchema, { ...ending, messages, completedAt: "2026-01-19T10:00:01Z" });
      await report(status);
      const stored = await user.get(execution);
      const { look, results } = abandoned(true);
      expect(await look(heartbeatAt(1_000))).toBe("done");
      // The same as a finished activity returns, without what the server adds to the stored status.
      const json = toJson(AgentExecutionStatusSchema, status) as object;
      expect(results).toEqual([{ [TYPE_KEY]: typeUrl(AgentExecutionStatusSchema.typeName), ...json }]);
      expect(await user.get(execution)).toEqual(stored);
    }
  });

  test("has its activity completed with the newest final status if that changed between two checks", async () => {
    const { look, completions, results } = abandoned(true);
    completions.push(new Error("Temporal is away"));
    expect(await look(heartbeatAt(1_000))).toBe("failed");
    await report({ phase: ExecutionPhase.EXECUTION_COMPLETED });
    expect(await look(heartbeatAt(1_000))).toBe("done");
    expect(results).toMatchObject([{ phase: "EXECUTION_COMPLETED" }]);
    expect(await phase()).toBe("EXECUTION_COMPLETED");
  });

  test("is not ended if it was deleted", async () => {
    await client.call(AgentExecutionCommandController.method.delete, { value: execution.metadata?.id ?? "" });
    const { look, results } = abandoned(true);
    expect(await look(heartbeatAt(1_000))).toBe("done");
    expect(results).toEqual([]);
  });
});
