import { create, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { monotonicFactory } from "ulid";
import {
  type Agent,
  type AgentExecution,
  AgentExecutionSchema,
  type AgentInstance,
  AgentInstanceSchema,
  AgentSchema,
  type ApiResourceAudit,
  ApiResourceAuditSchema,
  ApiResourceKind,
  type ApiResourceMetadata,
  ApiResourceMetadataSchema,
  type ApiResourceReference,
  type Environment,
  EnvironmentSchema,
  type ExecutionContext,
  ExecutionContextSchema,
  type Session,
  SessionSchema,
  type Skill,
  SkillSchema,
  withoutSecrets,
} from "../stigmer/index.ts";
import { alreadyExists, invalid, notFound } from "./daemon-error.ts";
import type { Page } from "./page.ts";
import type { ListFilter, ListKeys, ResourceStore } from "./resource-store.ts";
import { slugOf } from "./slug.ts";

/** Fields that every resource message has. */
type Resource = Message & {
  apiVersion: string;
  kind: string;
  metadata?: ApiResourceMetadata | undefined;
  status?: { audit?: ApiResourceAudit | undefined } | undefined;
};

/** Ids sort by creation, also within one ms, because executions of a session run in this order. */
const nextUlid = monotonicFactory();

/** Organization of resources that name none. */
const DEFAULT_ORG = "local";

/** One kind of resource: naming, storing and finding it. */
class ResourceKind<T extends Resource> {
  readonly #schema: GenMessage<T>;
  readonly #name: string;
  readonly #prefix: string;
  readonly #kind: ApiResourceKind;
  readonly #keys: (resource: T) => Partial<ListKeys>;

  /** @param keys by what resources of this kind are listed */
  constructor(
    schema: GenMessage<T>,
    prefix: string,
    kind: ApiResourceKind,
    keys: (resource: T) => Partial<ListKeys> = () => ({}),
  ) {
    this.#keys = keys;
    this.#schema = schema;
    this.#name = schema.name;
    this.#prefix = prefix;
    this.#kind = kind;
  }

  get(store: ResourceStore, id: string): T {
    if (id === "") throw invalid(`${this.#name}: the id is empty`);
    const found = store.get(this.#schema, id);
    if (found === undefined) throw notFound(`there is no ${this.#name} ${id}`);
    return found;
  }

  has(store: ResourceStore, id: string): boolean {
    return store.get(this.#schema, id) !== undefined;
  }

  getByReference(store: ResourceStore, { org, slug, kind }: ApiResourceReference): T {
    if (kind !== this.#kind) throw invalid(`a reference to ${this.#name} has kind ${this.#kind}, not ${kind}`);
    const found = store.find(this.#schema, { org: org || DEFAULT_ORG, slug });
    if (found === undefined) throw notFound(`there is no ${this.#name} "${slug}" of "${org || DEFAULT_ORG}"`);
    return found;
  }

  /** The resource that {@link apply} would update. */
  named(store: ResourceStore, { name, org, slug }: ApiResourceMetadata): T | undefined {
    return store.find(this.#schema, { org: org || DEFAULT_ORG, slug: slug || slugOf(name) });
  }

  all(store: ResourceStore): T[] {
    return store.all(this.#schema);
  }

  /** One page, the newest first. */
  page(store: ResourceStore, filter: ListFilter, size: number, token: string): Page<T> {
    return store.page(this.#schema, filter, size, token);
  }

  /** Puts all of this kind again, for a file that an earlier version wrote. */
  putAgain(store: ResourceStore, change: (resource: T) => T = (resource) => resource): void {
    for (const resource of this.all(store)) this.#put(store, change(resource));
  }

  /** Stores a new resource under a new id. `fill` completes it when its metadata is known. */
  create(store: ResourceStore, input: T, fill: (resource: T) => T = (resource) => resource): T {
    const id = `${this.#prefix}-${nextUlid().toLowerCase()}`;
    const name = input.metadata?.name || input.metadata?.slug || id;
    const slug = input.metadata?.slug || slugOf(name);
    const org = input.metadata?.org || DEFAULT_ORG;
    if (slug === "")
      throw invalid(`${this.#name}: the name "${name}" has no letter, digit or picture to make a slug of`);
    if (store.find(this.#schema, { org, slug }) !== undefined)
      throw alreadyExists(`there is a ${this.#name} "${slug}" of "${org}" already`);
    const metadata = changed(input.metadata, { id, name, slug, org });
    return this.#put(store, fill(this.#stamped({ ...input, metadata }, "created")));
  }

  /** Replaces a resource; its id, organization and slug stay. */
  update(store: ResourceStore, input: T): T {
    const before = this.get(store, input.metadata?.id ?? "");
    const { id = "", org = "", slug = "" } = before.metadata ?? {};
    const metadata = changed(input.metadata, {
      id,
      org,
      slug,
      name: input.metadata?.name || before.metadata?.name || slug,
    });
    return this.#put(
      store,
      this.#stamped(
        { ...input, metadata, ...(before.status === undefined ? {} : { status: before.status }) },
        "updated",
      ),
    );
  }

  /** Creates the resource, or updates the one of the same organization and slug. */
  apply(store: ResourceStore, input: T, fill?: (resource: T) => T): T {
    const { metadata = create(ApiResourceMetadataSchema) } = input;
    const before = metadata.id ? this.get(store, metadata.id) : this.named(store, metadata);
    if (before === undefined) return this.create(store, input, fill);
    return this.update(store, { ...input, metadata: changed(input.metadata, { id: before.metadata?.id ?? "" }) });
  }

  /** Writes back what was changed without a new version of its metadata. */
  save(store: ResourceStore, resource: T): T {
    return this.#put(store, resource);
  }

  /** As it is when it was stored and read again. */
  normalized(resource: T): T {
    // Made again, so that parts that were given as plain values become messages.
    const { $typeName: _, ...parts } = resource;
    return create(this.#schema, parts as MessageInitShape<GenMessage<T>>);
  }

  delete(store: ResourceStore, id: string): T {
    const found = this.get(store, id);
    store.delete(id);
    return found;
  }

  #put(store: ResourceStore, resource: T): T {
    const { id = "", org = "", slug = "" } = resource.metadata ?? {};
    store.put(this.#schema, id, { org, slug }, this.normalized(resource), {
      parent: "",
      phase: 0,
      ...this.#keys(resource),
    });
    return this.get(store, id);
  }

  #stamped(resource: T, event: string): T {
    const before = resource.status?.audit?.specAudit;
    const now = timestampNow();
    const specAudit = { createdAt: before?.createdAt ?? now, updatedAt: now, event };
    const audit = create(ApiResourceAuditSchema, { specAudit });
    const status = { ...resource.status, audit };
    return { ...resource, apiVersion: resource.apiVersion || "agentic.stigmer.ai/v1", kind: this.#name, status };
  }
}

function changed(before: ApiResourceMetadata | undefined, change: Partial<ApiResourceMetadata>): ApiResourceMetadata {
  return { ...(before ?? create(ApiResourceMetadataSchema)), ...change };
}

export const kinds = {
  agent: new ResourceKind<Agent>(AgentSchema, "agt", ApiResourceKind.agent),
  instance: new ResourceKind<AgentInstance>(AgentInstanceSchema, "ain", ApiResourceKind.agent_instance, ({ spec }) => ({
    parent: spec?.agentId ?? "",
  })),
  session: new ResourceKind<Session>(SessionSchema, "ses", ApiResourceKind.session, ({ spec }) => ({
    parent: spec?.agentInstanceId ?? "",
  })),
  execution: new ResourceKind<AgentExecution>(
    AgentExecutionSchema,
    "aex",
    ApiResourceKind.agent_execution,
    ({ spec, status }) => ({ parent: spec?.sessionId ?? "", phase: status?.phase ?? 0 }),
  ),
  skill: new ResourceKind<Skill>(SkillSchema, "skl", ApiResourceKind.skill),
  environment: new ResourceKind<Environment>(EnvironmentSchema, "env", ApiResourceKind.environment),
  executionContext: new ResourceKind<ExecutionContext>(
    ExecutionContextSchema,
    "ect",
    ApiResourceKind.execution_context,
  ),
};

/** Migrates a file of an earlier version. */
export function upgrade(store: ResourceStore): void {
  store.upgrade(() => {
    for (const kind of [kinds.instance, kinds.session]) kind.putAgain(store);
    kinds.execution.putAgain(store, withoutSecrets);
  });
}
