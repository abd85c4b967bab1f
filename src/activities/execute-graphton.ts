import { toJson } from "@bufbuild/protobuf";
import { activityInfo } from "@temporalio/activity";
import type { AgentRun } from "../agent/index.ts";
import { AgentError, type AgentEvent } from "../agent/index.ts";
import type { ModelConfig } from "../config/index.ts";
import { type ExecutionRegistry, type RunningExecution, StopReason, stopReasons } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import type { Journal } from "../recovery/index.ts";
import { maskOwnFiles, SandboxError, type SandboxProvider } from "../sandbox/index.ts";
import { messageOf, stackOf } from "../shared/errors.ts";
import { plainText } from "../shared/plain-text.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import type { SecretMasks } from "../shared/secret-masks.ts";
import type { Semaphore } from "../shared/semaphore.ts";
import { humanDuration } from "../shared/time.ts";
import {
  type Outcome,
  PermanentSinkError,
  RESULT_LIMIT,
  Reporter,
  type StatusSink,
  type Streaming,
} from "../status/index.ts";
import {
  type AgentExecution,
  AgentExecutionStatusSchema,
  type Blueprint,
  resolveBlueprint,
  type StigmerClient,
  StigmerError,
} from "../stigmer/index.ts";
import { TYPE_KEY, type TypedJson, typeUrl, type Workflows } from "../temporal/index.ts";
import { isEphemeral, ThreadError, type ThreadStore } from "../threads/index.ts";
import { bindToActivity } from "./activity-context.ts";
import { watchForDeletion } from "./deletion-watch.ts";
import { endedElsewhere } from "./ended-elsewhere.ts";
import { executionInput } from "./execution-input.ts";
import { infrastructureFailure } from "./infrastructure-failure.ts";

/** Whether executions should run here at all; told how they fare. */
export interface ExecutionAdmission {
  /** Waits while none should run, up to a limit. @throws the signal's reason, when it aborts while waiting */
  waitUntilAllowed(signal: AbortSignal): Promise<void>;
  /** The infrastructure did its part for an execution. */
  worked(): void;
  /** An execution failed for a reason of the infrastructure. */
  failed(reason: string): void;
}

/** What running executions takes. */
export interface ExecutionDeps {
  readonly executions: ExecutionRegistry;
  readonly admission: ExecutionAdmission;
  readonly gate: Semaphore;
  readonly client: StigmerClient;
  readonly workflows: Pick<Workflows, "describe">;
  readonly journal: Pick<Journal, "begin" | "end">;
  readonly sandboxes: SandboxProvider;
  readonly threads: ThreadStore;
  readonly sinks: readonly StatusSink[];
  readonly model: ModelConfig;
  readonly streaming: Streaming;
  readonly masks: SecretMasks;
  readonly log: Logger;
  /** Gives what runs agents; the agent library is loaded when it is first asked for. */
  readonly loadAgent: () => Promise<(run: AgentRun) => AsyncIterable<AgentEvent>>;
}

/**
 * The activity `ExecuteGraphton`: runs one execution to its end and returns its last status. It fails by returning a
 * FAILED status; where it threw, the server would replace all messages by two generic ones.
 */
export function executeGraphton(deps: ExecutionDeps) {
  return async (first?: unknown, second?: unknown): Promise<TypedJson> => {
    const { execution, id, threadId } = executionInput(first, second);
    const { workflowExecution, activityId } = activityInfo();
    const { workflowId = "", runId = "" } = workflowExecution ?? {};
    const log = deps.log.child("execution", {
      executionId: id,
      sessionId: execution.spec?.sessionId || undefined,
      workflowId,
      runId,
      activityId,
    });
    const running = deps.executions.begin(id);
    using life = bindToActivity(running, deps.workflows);
    try {
      const startedAt = running.startedAt.toISOString();
      await deps.journal.begin({ executionId: id, threadId, workflowId, runId, activityId, startedAt });
      const status = await execute(deps, execution, threadId, running, life.finishBy, log);
      return {
        [TYPE_KEY]: typeUrl(AgentExecutionStatusSchema.typeName),
        ...(toJson(AgentExecutionStatusSchema, status) as object),
      };
    } finally {
      await deps.journal.end(id);
      running.end();
    }
  };
}

async function execute(
  deps: ExecutionDeps,
  execution: AgentExecution,
  threadId: string,
  running: RunningExecution,
  finishBy: () => number,
  log: Logger,
) {
  const { signal } = running;
  // A secret of one execution must not change what another one says or remembers, unless that one could have read it.
  const mask = new SecretMask(deps.sandboxes.areIsolated ? deps.masks.own : deps.masks.all);
  const reporter = new Reporter({
    executionId: running.id,
    message: execution.spec?.message ?? "",
    streaming: deps.streaming,
    sinks: deps.sinks,
    mask,
    log,
    onUnknown: (error) => running.stop(stopReasons.executionDeleted(error.message)),
  });
  await using cleanup = new AsyncDisposableStack();
  let outcome: Outcome;
  let usesDefaultModel = false;
  try {
    cleanup.use(watching(deps, execution, running));
    await deps.admission.waitUntilAllowed(signal);
    const lockLost = () => running.stop(stopReasons.lockLost());
    cleanup.defer(await deps.threads.acquire(threadId, running.id, signal, lockLost));
    cleanup.defer(await deps.gate.acquire(signal));
    log.info("Execution started");
    await reporter.start();

    const blueprint = await resolveBlueprint(deps.client, execution, signal);
    usesDefaultModel = blueprint.modelName === "";
    const secrets = secretsOf(blueprint);
    mask.add(secrets);
    cleanup.defer(deps.masks.all.add(secrets));
    if (blueprint.unsupported.length > 0) warnOfUnsupported(blueprint, reporter, log);

    const lease = await deps.sandboxes.acquire({ ...blueprint, environment: blueprint.environment.values, signal });
    cleanup.defer(() => lease.release());
    if (lease.notice !== undefined) reporter.notice(lease.notice);
    cleanup.defer(() => (isEphemeral(threadId) ? deps.threads.delete(threadId) : deps.threads.compact(threadId)));

    const run: AgentRun = {
      ...blueprint,
      threadId,
      model: deps.model,
      sandbox: maskOwnFiles(lease.sandbox, mask),
      variables: Object.keys(blueprint.environment.values),
      thread: deps.threads.saverWith(mask),
      keepResultsAbove: RESULT_LIMIT,
      signal,
    };
    const runAgent = await deps.loadAgent();
    let worked = false;
    for await (const event of runAgent(run)) {
      if (!worked) deps.admission.worked();
      worked = true;
      reporter.report(event);
    }
    outcome = { phase: "completed" };
  } catch (error) {
    const cause: unknown = signal.aborted ? signal.reason : error;
    const infrastructure = infrastructureFailure(cause, usesDefaultModel);
    if (infrastructure !== undefined) deps.admission.failed(infrastructure);
    outcome = outcomeOf(cause, log);
    const isWorkflowClosed = cause instanceof StopReason && cause.code === "workflow-closed";
    if (isWorkflowClosed) outcome = (await endedElsewhere(deps.client, running.id)) ?? outcome;
  }
  // Its processes are gone and its thread is free before anybody is told that it has ended.
  await cleanup
    .disposeAsync()
    .catch((error: unknown) => log.warn(`Tidying up after the execution failed: ${messageOf(error)}`));
  const status = await reporter.finish(outcome, finishBy());
  log.info(`Execution ${outcome.phase} after ${humanDuration(Date.now() - running.startedAt.getTime())}`);
  return status;
}

/** Stops the execution when it or its session is deleted. */
function watching({ client }: ExecutionDeps, { spec }: AgentExecution, running: RunningExecution): Disposable {
  const over = new AbortController();
  void watchForDeletion({
    client,
    executionId: running.id,
    ...(spec?.sessionId ? { sessionId: spec.sessionId } : {}),
    onDeleted: (what) =>
      running.stop(
        what === "session" ? stopReasons.sessionDeleted() : stopReasons.executionDeleted("It is not found."),
      ),
    signal: over.signal,
  });
  return { [Symbol.dispose]: () => over.abort() };
}

function secretsOf({ environment }: Blueprint): string[] {
  return environment.secretNames.map((name) => environment.values[name] ?? "");
}

function warnOfUnsupported({ agentName, unsupported }: Blueprint, reporter: Reporter, log: Logger): void {
  const list = unsupported.join(", ");
  log.warn(`The agent "${agentName}" has ${list}, which this version does not give it`);
  reporter.notice(`This version of the runner does not give the agent its ${list} yet: it works without them.`);
}

/** Errors whose message is meant for the user. */
const EXPECTED = [AgentError, StigmerError, SandboxError, ThreadError];

function outcomeOf(error: unknown, log: Logger): Outcome {
  if (error instanceof StopReason) {
    log.info(`Execution is stopped: ${error.code}`);
    return { phase: error.code === "cancelled" ? "cancelled" : "failed", reason: error.message };
  }
  if (error instanceof PermanentSinkError) {
    const reason = `The execution was not begun, since its first status was refused: ${error.message}`;
    log.warn(reason);
    return { phase: "failed", reason };
  }
  const reason = messageOf(error);
  const expected = EXPECTED.some((kind) => error instanceof kind);
  if (expected) log.warn(`Execution fails: ${reason}`);
  else log.error(`Execution fails unexpectedly: ${stackOf(error)}`);
  return { phase: "failed", reason: expected ? reason : `The execution failed unexpectedly: ${plainText(reason)}` };
}
