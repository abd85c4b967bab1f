import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, setSystemTime, test } from "bun:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import {
  AgentSchema,
  ApiResourceKind,
  ApiResourceReferenceSchema,
  EnvironmentSchema,
  SessionSchema,
} from "../stigmer/index.ts";
import { DaemonError } from "./daemon-error.ts";
import { kinds } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";

let store: ResourceStore;
beforeEach(() => {
  store = new ResourceStore(new Database(":memory:", { strict: true }));
});
afterEach(() => {
  setSystemTime();
});

const agent = (init: MessageInitShape<typeof AgentSchema>) => create(AgentSchema, init);
const reference = (kind: ApiResourceKind, slug: string, org = "") =>
  create(ApiResourceReferenceSchema, { kind, slug, org });

/** The status with which a call is refused. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DaemonError) return status[error.status];
    throw error;
  }
  throw new Error("it was not refused");
}

describe("new resource", () => {
  test("gets an id, a slug, an owner and timestamps", () => {
    const created = kinds.agent.create(store, agent({ metadata: { name: "My Agent! (v2)" } }));
    expect(created).toMatchObject({
      kind: "Agent",
      apiVersion: "agentic.stigmer.ai/v1",
      metadata: { name: "My Agent! (v2)", slug: "my-agent-v2", org: "local" },
    });
    expect(created.metadata?.id).toMatch(/^agt-[0-9a-z]{26}$/);
    expect(created.status?.audit?.specAudit).toMatchObject({ event: "created", createdAt: expect.anything() });
  });

  test("is found by its id and by a reference", () => {
    const { metadata } = kinds.agent.create(store, agent({ metadata: { name: "helper", org: "acme" } }));
    const id = metadata?.id ?? "";
    expect(kinds.agent.get(store, id).metadata).toEqual(metadata ?? expect.unreachable());
    expect(kinds.agent.getByReference(store, reference(ApiResourceKind.agent, "helper", "acme")).metadata?.id).toBe(id);
  });

  test("needs no name if it is a session", () => {
    const one = kinds.session.create(store, create(SessionSchema));
    const two = kinds.session.create(store, create(SessionSchema));
    expect(one.metadata?.id).toMatch(/^ses-/);
    expect(two.metadata?.id).not.toBe(one.metadata?.id);
  });

  test("needs a unique name that has a slug", () => {
    expect(refusal(() => kinds.agent.create(store, agent({ metadata: { name: "!!!" } })))).toBe("INVALID_ARGUMENT");
    kinds.agent.create(store, agent({ metadata: { name: "helper" } }));
    expect(refusal(() => kinds.agent.create(store, agent({ metadata: { name: "Helper" } })))).toBe("ALREADY_EXISTS");
    kinds.agent.create(store, agent({ metadata: { name: "helper", org: "acme" } }));
    kinds.environment.create(store, create(EnvironmentSchema, { metadata: { name: "helper" } }));
  });
});

describe("unknown resource", () => {
  test("is not found under any name", () => {
    expect(refusal(() => kinds.agent.get(store, "agt-unknown"))).toBe("NOT_FOUND");
    expect(refusal(() => kinds.agent.get(store, ""))).toBe("INVALID_ARGUMENT");
    expect(refusal(() => kinds.agent.getByReference(store, reference(ApiResourceKind.agent, "x")))).toBe("NOT_FOUND");
    expect(refusal(() => kinds.agent.delete(store, "agt-unknown"))).toBe("NOT_FOUND");
  });

  test("is not found by the id of a resource of another kind", () => {
    const { metadata } = kinds.agent.create(store, agent({ metadata: { name: "helper" } }));
    expect(refusal(() => kinds.session.get(store, metadata?.id ?? ""))).toBe("NOT_FOUND");
  });

  test("is not found by a reference of another kind", () => {
    kinds.environment.create(store, create(EnvironmentSchema, { metadata: { name: "prod" } }));
    const wrong = reference(ApiResourceKind.workflow_execution, "prod");
    expect(refusal(() => kinds.environment.getByReference(store, wrong))).toBe("INVALID_ARGUMENT");
    const right = reference(ApiResourceKind.environment, "prod");
    expect(kinds.environment.getByReference(store, right).metadata?.slug).toBe("prod");
  });
});

describe("changed resource", () => {
  test("is replaced, but keeps its id, slug, owner, status and creation time", () => {
    setSystemTime(new Date("2026-01-19T10:00:00Z"));
    const before = kinds.agent.create(
      store,
      agent({ metadata: { name: "helper" }, spec: { instructions: "old", description: "old" } }),
    );
    const id = before.metadata?.id ?? "";
    setSystemTime(new Date("2026-01-19T11:00:00Z"));
    const metadata = { id, slug: "other", org: "other" };
    const after = kinds.agent.update(store, agent({ metadata, spec: { instructions: "new" } }));
    expect(after.metadata).toMatchObject({ id, name: "helper", slug: "helper", org: "local" });
    expect(after.spec).toMatchObject({ instructions: "new", description: "" });
    const audits = [before, after].map(({ status: of }) => of?.audit?.specAudit);
    expect(audits[1]).toMatchObject({ event: "updated", createdAt: audits[0]?.createdAt ?? expect.unreachable() });
    expect(audits[1]?.updatedAt).not.toEqual(audits[0]?.updatedAt);
    expect(kinds.agent.get(store, id)).toEqual(after);
  });

  test("is created by the first apply and changed by later ones", () => {
    const first = kinds.agent.apply(store, agent({ metadata: { name: "My Agent" }, spec: { instructions: "1" } }));
    const second = kinds.agent.apply(store, agent({ metadata: { name: "My Agent" }, spec: { instructions: "2" } }));
    expect(second.metadata?.id).toBe(first.metadata?.id ?? expect.unreachable());
    expect(kinds.agent.all(store)).toHaveLength(1);
    expect(kinds.agent.get(store, first.metadata?.id ?? "").spec?.instructions).toBe("2");
  });

  test("can be applied by its id", () => {
    const { metadata } = kinds.agent.apply(store, agent({ metadata: { name: "helper" } }));
    const renamed = kinds.agent.apply(store, agent({ metadata: { id: metadata?.id ?? "", name: "renamed" } }));
    expect(renamed.metadata).toMatchObject({ id: metadata?.id, name: "renamed", slug: "helper" });
  });
});

test("a deleted resource is not found, and its name can be reused", () => {
  const { metadata } = kinds.agent.create(store, agent({ metadata: { name: "helper" } }));
  expect(kinds.agent.delete(store, metadata?.id ?? "").metadata).toEqual(metadata ?? expect.unreachable());
  expect(refusal(() => kinds.agent.get(store, metadata?.id ?? ""))).toBe("NOT_FOUND");
  kinds.agent.create(store, agent({ metadata: { name: "helper" } }));
});
