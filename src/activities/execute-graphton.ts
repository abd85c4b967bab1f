import { toJson } from "@bufbuild/protobuf";
import { Context } from "@temporalio/activity";
import { type AgentRun, checkSubAgents, chooseModel, resolveMcpServers, UsageMeter } from "../agent/index.ts";
import type { AgentDefinition, SkillReference } from "../definition/index.ts";
import type { ExecutionOutcome } from "../executions/index.ts";
import {
  type ExecutionInfo,
  type ExecutionObservation,
  type ExecutionStage,
  type RegisteredExecution,
  StopReason,
  stopReasons,
} from "../executions/index.ts";
import { type Logger, withLogFields } from "../log/index.ts";
import { maskOwnFiles } from "../sandbox/index.ts";
import { messageOf } from "../shared/errors.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { humanDuration } from "../shared/time.ts";
import { usageText } from "../shared/token-usage.ts";
import { RESULT_LIMIT, Reporter } from "../status/index.ts";
import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  resolveDefinition,
  StigmerSkills,
} from "../stigmer/index.ts";
import { TYPE_KEY, type TypedJson, traceParentOf, typeUrl } from "../temporal/index.ts";
import { isEphemeral } from "../threads/index.ts";
import { bindToActivity } from "./activity-context.ts";
import { agentSecrets } from "./agent-secrets.ts";
import { stopWhenDeleted } from "./deletion-watch.ts";
import { endedElsewhere } from "./ended-elsewhere.ts";
import type { ExecutionDeps } from "./execution-deps.ts";
import { type ExecutionInput, executionInput } from "./execution-input.ts";
import { outcomeOf } from "./execution-outcome.ts";
import { ExecutionTurn } from "./execution-turn.ts";
import { infrastructureFailure } from "./infrastructure-failure.ts";
import { executionIds } from "./log-ids.ts";
import { maskedCall } from "./masked-call.ts";

/** An execution as the activity runs it. */
interface Task extends ExecutionInput {
  readonly running: RegisteredExecution;
  readonly observation: ExecutionObservation;
  /** When the last status must be delivered, in ms since the epoch. */
  readonly finishBy: () => number;
  /** When the agent is stopped, in ms since the epoch. */
  readonly stopBy: number;
  readonly log: Logger;
}

interface Result {
  readonly status: AgentExecutionStatus;
  /** Secrets are masked. */
  readonly outcome: ExecutionOutcome;
}

/**
 * The activity `ExecuteGraphton`: runs one execution to its end and returns its last status. It fails by returning a
 * FAILED status: if it threw, the server would replace all messages with two generic ones.
 */
export function executeGraphton(deps: ExecutionDeps) {
  const run = async (input: ExecutionInput, info: ExecutionInfo): Promise<TypedJson> => {
    const { id, threadId, workflowId, runId, activityId, startedAt } = info;
    const log = deps.log.child("execution");
    const running = deps.executions.begin(info);
    const observation = deps.observers.begin(info, running);
    using activity = bindToActivity(running, deps.workflows, () =>
      observation.event({ type: "heartbeat", at: new Date() }),
    );
    let outcome: ExecutionOutcome = { phase: "failed", reason: "The activity failed unexpectedly." };
    try {
      const entry = { executionId: id, threadId, workflowId, runId, activityId, startedAt: startedAt.toISOString() };
      await deps.journal.begin(entry);
      const { finishBy, stopBy } = activity;
      const result = await execute(deps, { ...input, running, observation, finishBy, stopBy, log });
      outcome = result.outcome;
      return {
        [TYPE_KEY]: typeUrl(AgentExecutionStatusSchema.typeName),
        ...(toJson(AgentExecutionStatusSchema, result.status) as object),
      };
    } finally {
      await deps.journal.end(id);
      observation.end(outcome);
    }
  };
  return async (first?: unknown, second?: unknown): Promise<TypedJson> => {
    const input = executionInput(first, second);
    const info = executionInfo(input, deps.newTraceId);
    // The ids are on the lines of whatever works for it: sandboxes, skills, MCP servers, libraries.
    return await withLogFields(executionIds(info), () => run(input, info));
  };
}

function executionInfo(
  { id, threadId, execution }: ExecutionInput,
  newTraceId: () => string | undefined,
): ExecutionInfo {
  const activity = Context.current();
  const { workflowExecution, activityId } = activity.info;
  const { workflowId = "", runId = "" } = workflowExecution ?? {};
  const sessionId = execution.spec?.sessionId || undefined;
  const traceParent = traceParentOf(activity);
  const traceId = traceParent?.traceId ?? newTraceId();
  return { id, sessionId, threadId, workflowId, runId, activityId, startedAt: new Date(), traceId, traceParent };
}

async function execute(deps: ExecutionDeps, task: Task): Promise<Result> {
  const { execution, id, running, observation, log } = task;
  const { signal, startedAt } = running;
  // A secret of one execution must not change what another one says or remembers, unless that one could have read it.
  const mask = new SecretMask(deps.sandboxes.areIsolated ? deps.masks.own : deps.masks.all);
  const reporter = new Reporter({
    executionId: id,
    message: execution.spec?.message ?? "",
    streaming: deps.streaming,
    sinks: deps.sinks,
    live: deps.live,
    mask,
    log,
    onDelivery: (delivery) => observation.event(delivery),
    onUnknown: (error) => running.stop(stopReasons.executionDeleted(error.message)),
  });
  const enter = (stage: ExecutionStage) => observation.event({ type: "stage", stage, at: new Date() });
  await using cleanup = new AsyncDisposableStack();
  const usage = new UsageMeter();
  let usesDefaultModel = false;
  let outcome: ExecutionOutcome;
  try {
    cleanup.use(stopWhenDeleted(running, deps.client, execution.spec?.sessionId));
    await deps.admission.waitUntilAllowed(signal);
    const turn = cleanup.use(
      new ExecutionTurn(deps, { executionId: id, signal, onLost: () => running.stop(stopReasons.lockLost()) }),
    );
    await turn.acquire(task.threadId, enter);
    log.info("Execution started");

    enter("resolving");
    await reporter.start();
    const definition = await resolveDefinition(deps.client, execution, signal);
    const { agent } = definition;
    usesDefaultModel = agent.modelName === "";
    const secrets = agentSecrets(agent);
    cleanup.defer(deps.masks.all.add(secrets));
    mask.add(secrets);
    const model = chooseModel(deps.model, agent.modelName);
    observation.event({
      type: "resolved",
      agentName: mask.mask(agent.name),
      model: { ...model, model: mask.mask(model.model) },
      at: new Date(),
    });
    for (const notice of definition.notices) reporter.notice(notice);
    checkSubAgents(agent);
    const mcpServers = resolveMcpServers(agent);
    const skillSource = new StigmerSkills(deps.client, definition.organization, signal);
    // Before there is a sandbox, which would be made in vain for an agent whose skill is missing.
    const skills = await deps.skills.find(skillReferences(agent), skillSource, signal);
    const threadId = await turn.moveTo(definition, task.threadId, enter);

    enter("waiting-for-sandbox");
    const handle = await deps.sandboxes.acquire({
      executionId: id,
      sessionId: definition.sessionId,
      sandboxId: definition.sandboxId,
      environment: agent.environment.values,
      signal,
    });
    cleanup.defer(() => handle.release());
    const { kind } = deps.sandboxes;
    observation.event({ type: "sandbox-acquired", kind, sandboxId: handle.sandbox.id, at: new Date() });
    if (handle.notice !== undefined) reporter.notice(handle.notice);
    cleanup.defer(() => (isEphemeral(threadId) ? deps.threads.delete(threadId) : deps.threads.compact(threadId)));

    const run: AgentRun = {
      executionId: id,
      threadId,
      agent,
      mcpServers,
      message: definition.message,
      organization: definition.organization,
      model: deps.model,
      sandbox: maskOwnFiles(handle.sandbox, mask),
      mask: (text) => mask.mask(text),
      skills: await skills.install(handle.sandbox, log),
      checkpointer: await deps.threads.openSaver(mask),
      keepResultsAbove: RESULT_LIMIT,
      budget: deps.budget,
      usage,
      onCall: (call) => observation.event(maskedCall(call, mask)),
      deadline: task.stopBy,
      signal,
    };
    const runAgent = await deps.loadAgent();
    enter("model");
    let worked = false;
    for await (const event of runAgent(run)) {
      // Notices and the to-do list come before the model has answered.
      if (!worked && (event.type === "text" || event.type === "turn")) {
        worked = true;
        deps.admission.worked();
      }
      observation.event(reporter.report(event));
    }
    outcome = { phase: "completed" };
  } catch (error) {
    const cause: unknown = signal.aborted ? signal.reason : error;
    const infrastructure = infrastructureFailure(cause, usesDefaultModel);
    if (infrastructure !== undefined) deps.admission.failed(infrastructure);
    outcome = outcomeOf(cause, log);
    const isWorkflowClosed = cause instanceof StopReason && cause.code === "workflow-closed";
    if (isWorkflowClosed) outcome = (await endedElsewhere(deps.client, id)) ?? outcome;
  }
  // Nobody is told that it has ended before its processes are gone and its thread is free.
  enter("ending");
  await cleanup
    .disposeAsync()
    .catch((error: unknown) => log.warn(mask.mask(`Cleaning up after the execution failed: ${messageOf(error)}`)));
  const status = await reporter.finish(outcome, task.finishBy(), usage.total);
  const used = usage.total.modelCalls === 0 ? "" : `: ${usageText(usage.total)}`;
  log.info(`Execution ${outcome.phase} after ${humanDuration(Date.now() - startedAt.getTime())}${used}`);
  return {
    status,
    outcome: outcome.phase === "completed" ? outcome : { ...outcome, reason: mask.mask(outcome.reason) },
  };
}

/** The skills of an agent and of its sub-agents. */
function skillReferences({ skills, subAgents }: AgentDefinition): SkillReference[] {
  return [...skills, ...subAgents.flatMap((subAgent) => subAgent.skills)];
}
