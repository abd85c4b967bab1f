import type { Logger } from "../log/index.ts";
import * as wire from "../stigmer/index.ts";
import { agents, instances } from "./agent-services.ts";
import { invalid, notFound } from "./daemon-error.ts";
import type { ExecutionService } from "./executions.ts";
import { MethodHandlers, type ServedService, type StorageProblem } from "./grpc-methods.ts";
import type { Page } from "./page.ts";
import { kinds } from "./resource-kind.ts";
import type { ResourceStore } from "./resource-store.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { artifactOf, pushSkill, skillByReference } from "./skills.ts";

/** All services of the Stigmer API that the runner and the command line use, on the daemon's own store. */
export function services(
  store: ResourceStore,
  executions: ExecutionService,
  log: Logger,
  storageProblem?: StorageProblem,
): ServedService[] {
  const parts: ServiceDeps = { store, executions, on: new MethodHandlers(log, storageProblem) };
  return [
    ...agents(parts),
    ...instances(parts),
    ...sessions(parts),
    ...environments(parts),
    ...executionContexts(parts),
    ...skills(parts),
    ...agentExecutions(parts),
  ];
}

function sessions({ store, on }: ServiceDeps): ServedService[] {
  const command = wire.SessionCommandController.method;
  const query = wire.SessionQueryController.method;
  const checked = (session: wire.Session): wire.Session => {
    const id = session.spec?.agentInstanceId ?? "";
    if (id === "") throw invalid("Session: spec.agent_instance_id is empty");
    kinds.instance.get(store, id);
    return session;
  };
  return [
    {
      service: wire.SessionCommandController,
      methods: {
        ...on.unary(command.apply, (session) => kinds.session.apply(store, checked(session))),
        ...on.unary(command.create, (session) => kinds.session.create(store, checked(session))),
        ...on.unary(command.update, (session) => kinds.session.update(store, checked(session))),
        ...on.unary(command.delete, ({ value }) => kinds.session.delete(store, value)),
      },
    },
    {
      service: wire.SessionQueryController,
      methods: {
        ...on.unary(query.get, ({ value }) => kinds.session.get(store, value)),
        ...on.unary(query.list, ({ pageSize, pageToken }) =>
          listed(kinds.session.page(store, {}, pageSize, pageToken)),
        ),
        ...on.unary(query.listByAgent, ({ agentId, pageSize, pageToken }) => {
          const ids = kinds.instance.all(store).filter(({ spec }) => spec?.agentId === agentId);
          const parents = ids.map(({ metadata }) => metadata?.id ?? "");
          return listed(kinds.session.page(store, { parents }, pageSize, pageToken));
        }),
      },
    },
  ];
}

function environments({ store, on }: ServiceDeps): ServedService[] {
  const command = wire.EnvironmentCommandController.method;
  const query = wire.EnvironmentQueryController.method;
  return [
    {
      service: wire.EnvironmentCommandController,
      methods: {
        ...on.unary(command.apply, (environment) => store.replacing(() => kinds.environment.apply(store, environment))),
        ...on.unary(command.create, (environment) => kinds.environment.create(store, environment)),
        ...on.unary(command.update, (environment) =>
          store.replacing(() => kinds.environment.update(store, environment)),
        ),
        ...on.unary(command.delete, ({ resourceId }) =>
          store.replacing(() => kinds.environment.delete(store, resourceId)),
        ),
      },
    },
    {
      service: wire.EnvironmentQueryController,
      methods: {
        ...on.unary(query.get, ({ value }) => kinds.environment.get(store, value)),
        ...on.unary(query.getByReference, (reference) => kinds.environment.getByReference(store, reference)),
      },
    },
  ];
}

function executionContexts({ store, executions, on }: ServiceDeps): ServedService[] {
  const command = wire.ExecutionContextCommandController.method;
  const query = wire.ExecutionContextQueryController.method;
  return [
    {
      service: wire.ExecutionContextCommandController,
      methods: {
        ...on.unary(command.apply, (context) => kinds.executionContext.apply(store, context)),
        ...on.unary(command.create, (context) => kinds.executionContext.create(store, context)),
        ...on.unary(command.delete, ({ resourceId }) => kinds.executionContext.delete(store, resourceId)),
      },
    },
    {
      service: wire.ExecutionContextQueryController,
      methods: {
        ...on.unary(query.get, ({ value }) => kinds.executionContext.get(store, value)),
        ...on.unary(query.getByReference, (reference) => {
          const secrets = executions.secretsOf(reference.slug);
          if (secrets === undefined && kinds.execution.has(store, reference.slug))
            throw notFound(
              "they are kept only until its agent begins to work, by the daemon that took the message: send the message again",
            );
          return secrets ?? kinds.executionContext.getByReference(store, reference);
        }),
      },
    },
  ];
}

function skills({ store, on }: ServiceDeps): ServedService[] {
  const command = wire.SkillCommandController.method;
  const query = wire.SkillQueryController.method;
  return [
    {
      service: wire.SkillCommandController,
      methods: {
        ...on.unary(command.push, (request) => pushSkill(store, request)),
        ...on.unary(command.delete, ({ value }) => kinds.skill.delete(store, value)),
      },
    },
    {
      service: wire.SkillQueryController,
      methods: {
        ...on.unary(query.get, ({ value }) => kinds.skill.get(store, value)),
        ...on.unary(query.getByReference, (reference) => skillByReference(store, reference)),
        ...on.unary(query.getArtifact, ({ artifactStorageKey }) => ({
          artifact: artifactOf(store, artifactStorageKey),
        })),
      },
    },
  ];
}

function agentExecutions({ store, executions, on }: ServiceDeps): ServedService[] {
  const command = wire.AgentExecutionCommandController.method;
  const query = wire.AgentExecutionQueryController.method;
  return [
    {
      service: wire.AgentExecutionCommandController,
      methods: {
        ...on.unary(command.create, (execution) => executions.create(execution)),
        ...on.unary(command.update, (execution) => kinds.execution.update(store, wire.withoutSecrets(execution))),
        ...on.unary(command.updateStatus, (input) => executions.updateStatus(input)),
        ...on.unary(command.delete, ({ value }) => executions.delete(value)),
      },
    },
    {
      service: wire.AgentExecutionQueryController,
      methods: {
        ...on.unary(query.get, ({ value }) => executions.get(value)),
        ...on.unary(query.list, ({ phase, pageSize, pageToken }) =>
          listed(kinds.execution.page(store, { phase }, pageSize, pageToken)),
        ),
        ...on.unary(query.listBySession, ({ sessionId, pageSize, pageToken }) =>
          listed(kinds.execution.page(store, { parents: [sessionId] }, pageSize, pageToken)),
        ),
        ...on.serverStream(query.subscribe, ({ value }, signal) => executions.subscribe(value, signal)),
      },
    },
  ];
}

function listed<T>({ totalPages, entries }: Page<T>): Pick<Page<T>, "totalPages" | "entries"> {
  return { totalPages, entries };
}
