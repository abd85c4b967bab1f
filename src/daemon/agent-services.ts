import { create } from "@bufbuild/protobuf";
import * as wire from "../stigmer/index.ts";
import type { ServedService } from "./grpc-methods.ts";
import { kinds } from "./resource-kind.ts";
import type { ResourceStore } from "./resource-store.ts";
import type { ServiceDeps } from "./service-deps.ts";

/** The services of agents. */
export function agents({ store, on }: ServiceDeps): ServedService[] {
  const command = wire.AgentCommandController.method;
  const query = wire.AgentQueryController.method;
  /** Every agent has a default instance, used if a caller names only the agent. */
  const withInstance = (agent: wire.Agent): wire.Agent => {
    const known = agent.status?.defaultInstanceId ?? "";
    if (known !== "" && kinds.instance.has(store, known)) return agent;
    const { id = "", slug = "", org = "" } = agent.metadata ?? {};
    const metadata = create(wire.ApiResourceMetadataSchema, { name: `${slug}-default`, org });
    const instance = kinds.instance.apply(store, create(wire.AgentInstanceSchema, { metadata, spec: { agentId: id } }));
    const status = {
      ...(agent.status ?? create(wire.AgentStatusSchema)),
      defaultInstanceId: instance.metadata?.id ?? "",
    };
    return kinds.agent.save(store, { ...agent, status });
  };
  return [
    {
      service: wire.AgentCommandController,
      methods: {
        ...on.unary(command.apply, (agent) => withInstance(kinds.agent.apply(store, agent))),
        ...on.unary(command.create, (agent) => withInstance(kinds.agent.create(store, agent))),
        ...on.unary(command.update, (agent) => withInstance(kinds.agent.update(store, agent))),
        ...on.unary(command.delete, ({ value }) => kinds.agent.delete(store, value)),
      },
    },
    {
      service: wire.AgentQueryController,
      methods: {
        ...on.unary(query.get, ({ value }) => kinds.agent.get(store, value)),
        ...on.unary(query.getByReference, (reference) => kinds.agent.getByReference(store, reference)),
      },
    },
  ];
}

/** An agent must not refer to a deleted instance. It gets a new one when it is applied again. */
function forgetDefault(store: ResourceStore, { metadata, spec }: wire.AgentInstance): void {
  const agentId = spec?.agentId ?? "";
  if (!kinds.agent.has(store, agentId)) return;
  const agent = kinds.agent.get(store, agentId);
  if (agent.status?.defaultInstanceId !== metadata?.id || agent.status === undefined) return;
  kinds.agent.save(store, { ...agent, status: { ...agent.status, defaultInstanceId: "" } });
}

/** The services of agent instances. */
export function instances({ store, on }: ServiceDeps): ServedService[] {
  const command = wire.AgentInstanceCommandController.method;
  const query = wire.AgentInstanceQueryController.method;
  const checked = (instance: wire.AgentInstance): wire.AgentInstance => {
    kinds.agent.get(store, instance.spec?.agentId ?? "");
    return instance;
  };
  return [
    {
      service: wire.AgentInstanceCommandController,
      methods: {
        ...on.unary(command.apply, (instance) => kinds.instance.apply(store, checked(instance))),
        ...on.unary(command.create, (instance) => kinds.instance.create(store, checked(instance))),
        ...on.unary(command.update, (instance) => kinds.instance.update(store, checked(instance))),
        ...on.unary(command.delete, ({ value }) => {
          const deleted = kinds.instance.delete(store, value);
          forgetDefault(store, deleted);
          return deleted;
        }),
      },
    },
    {
      service: wire.AgentInstanceQueryController,
      methods: {
        ...on.unary(query.get, ({ value }) => kinds.instance.get(store, value)),
        ...on.unary(query.getByReference, (reference) => kinds.instance.getByReference(store, reference)),
        ...on.unary(query.getByAgent, ({ agentId, pageInfo }) => {
          const [size, number] = [pageInfo?.size ?? 0, String(pageInfo?.num ?? 1)];
          const { count, entries } = kinds.instance.page(store, { parents: [agentId] }, size, number);
          return { totalCount: count, items: entries };
        }),
      },
    },
  ];
}
