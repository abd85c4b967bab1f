import { afterEach, describe, expect, test } from "bun:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { pause } from "../../test/support/eventually.ts";
import {
  type Answers,
  notFound,
  Refusal,
  type ResourceBackend,
  resourceBackend,
} from "../../test/support/resource-backend.ts";
import { SECRETS_ANNOTATION, SECRETS_IN_CONTEXT } from "./execution-secrets.ts";
import { resolveDefinition } from "./resolve-definition.ts";
import { AgentExecutionSchema, ApiResourceKind, type ApiResourceReference } from "./wire.ts";

const plain = (value: string) => ({ value, isSecret: false });
const secret = (value: string) => ({ value, isSecret: true });
const { signal } = new AbortController();

let backend: ResourceBackend;
afterEach(() => backend[Symbol.asyncDispose]());

/** The resources of an execution that has no variables, changed. */
async function serve(answers: Partial<Answers> = {}): Promise<void> {
  backend = await resourceBackend({
    session: () => ({ spec: { agentInstanceId: "ain-1" } }),
    instance: () => ({ spec: { agentId: "agt-1" } }),
    agent: () => ({ metadata: { name: "helper" }, spec: {} }),
    environment: notFound,
    context: notFound,
    ...answers,
  });
}

type Spec = NonNullable<MessageInitShape<typeof AgentExecutionSchema>["spec"]>;

const resolve = async (spec: Spec = {}, annotations: Record<string, string> = {}) =>
  await resolveDefinition(
    backend.client,
    create(AgentExecutionSchema, {
      metadata: { id: "aex-1", org: "acme", annotations },
      spec: { sessionId: "ses-1", message: "Go", ...spec },
    }),
    signal,
  );

const valuesOf = async (...input: Parameters<typeof resolve>) => (await resolve(...input)).agent.environment.values;
const contextCalls = () => backend.calls.filter((call) => call.startsWith("context")).sort();
const ALL_CANDIDATES = [
  "context /aex-1",
  "context /exec-ctx-aex-1",
  "context acme/aex-1",
  "context acme/exec-ctx-aex-1",
];

describe("an execution without any variable", () => {
  test("costs no further request", async () => {
    await serve();
    expect(await resolve()).toMatchObject({ agent: { environment: { values: {}, secretNames: [] } }, notices: [] });
    expect(backend.calls).toEqual(["session", "instance", "agent"]);
  });
});

describe("the execution context", () => {
  const context =
    (wanted: string, executionId: string, data: Record<string, { value: string; isSecret: boolean }>) =>
    ({ org, slug, kind }: ApiResourceReference) => {
      if (`${org}/${slug}` !== wanted || kind !== ApiResourceKind.execution_context) return notFound();
      return { metadata: { slug }, spec: { executionId, data } };
    };

  test("wins over the execution's own variables, which win over environments, which win over the agent", async () => {
    const names = ["A", "B", "C", "D"];
    const all = (value: string, count: number) =>
      Object.fromEntries(names.slice(0, count).map((name) => [name, plain(value)]));
    await serve({
      instance: () => ({ spec: { agentId: "agt-1", environmentRefs: [{ slug: "one" }, { slug: "two" }] } }),
      agent: () => ({ spec: { envSpec: { data: { ...all("agent", 4), E: plain("agent") } } } }),
      environment: ({ slug }) => ({ spec: { data: slug === "one" ? all("one", 4) : all("two", 3) } }),
      context: context("acme/exec-ctx-aex-1", "aex-1", all("context", 1)),
    });
    expect(await valuesOf({ runtimeEnv: all("execution", 2) })).toEqual({
      A: "context",
      B: "execution",
      C: "two",
      D: "one",
      E: "agent",
    });
    expect(contextCalls()).toEqual(ALL_CANDIDATES);
  });

  test.each(["acme/aex-1", "acme/exec-ctx-aex-1", "/aex-1", "/exec-ctx-aex-1"])("is found as %s", async (name) => {
    await serve({ context: context(name, "aex-1", { KEY: secret("real") }) });
    const { agent, notices } = await resolve({ runtimeEnv: { KEY: secret("") } });
    expect(agent.environment).toEqual({ values: { KEY: "real" }, secretNames: ["KEY"] });
    expect(notices).toEqual([]);
  });

  test("is read if only the agent declares variables, or only the instance has environments", async () => {
    await serve({
      agent: () => ({ spec: { envSpec: { data: { KEY: secret("") } } } }),
      context: context("acme/aex-1", "aex-1", { KEY: secret("real") }),
    });
    expect(await valuesOf()).toEqual({ KEY: "real" });
    await backend[Symbol.asyncDispose]();
    await serve({
      instance: () => ({ spec: { agentId: "agt-1", environmentRefs: [{ slug: "one" }] } }),
      environment: () => ({ spec: {} }),
      context: context("acme/aex-1", "aex-1", { KEY: secret("real") }),
    });
    expect(await valuesOf()).toEqual({ KEY: "real" });
  });

  test("is read at the same time as everything else", async () => {
    // The first resource is not answered before all contexts were asked for.
    const asked = Promise.withResolvers<void>();
    let count = 0;
    await serve({
      session: async () => {
        await asked.promise;
        return { spec: { agentInstanceId: "ain-1" } };
      },
      context: () => {
        if (++count === ALL_CANDIDATES.length) asked.resolve();
        return notFound();
      },
    });
    expect(await valuesOf({ runtimeEnv: { A: plain("a") } })).toEqual({ A: "a" });
  });

  test("of another execution is not used", async () => {
    await serve({ context: context("acme/exec-ctx-aex-1", "aex-2", { A: plain("theirs") }) });
    expect(await valuesOf({ runtimeEnv: { A: plain("ours") } })).toEqual({ A: "ours" });
  });

  test("that names no execution is used if its slug is the execution's id, and not otherwise", async () => {
    for (const [slug, value] of [
      ["aex-1", "theirs"],
      ["exec-ctx-aex-1", "ours"],
    ] as const) {
      await serve({ context: context(`acme/${slug}`, "", { A: plain("theirs") }) });
      expect(await valuesOf({ runtimeEnv: { A: plain("ours") } })).toEqual({ A: value });
      await backend[Symbol.asyncDispose]();
    }
    await serve();
  });

  test.each(["NOT_FOUND", "PERMISSION_DENIED", "INVALID_ARGUMENT"] as const)("does not exist at %s", async (code) => {
    await serve({
      context: () => {
        throw new Refusal(status[code]);
      },
    });
    for (let time = 0; time < 2; time++) expect(await valuesOf({ runtimeEnv: { A: plain("a") } })).toEqual({ A: "a" });
    expect(contextCalls()).toHaveLength(2 * ALL_CANDIDATES.length);
  });

  test("is not asked for again if the backend has none", async () => {
    await serve({
      context: () => {
        throw new Refusal(status.UNIMPLEMENTED);
      },
    });
    for (let time = 0; time < 3; time++) expect(await valuesOf({ runtimeEnv: { A: plain("a") } })).toEqual({ A: "a" });
    expect(contextCalls()).toEqual(ALL_CANDIDATES);
  });

  test("is read again if the backend was not available", async () => {
    const failed = new Set<string>();
    await serve({
      context: (reference) => {
        if (failed.has(reference.slug + reference.org))
          return context("acme/aex-1", "aex-1", { A: plain("theirs") })(reference);
        failed.add(reference.slug + reference.org);
        throw new Refusal(status.UNAVAILABLE);
      },
    });
    expect(await valuesOf({ runtimeEnv: { A: plain("ours") } })).toEqual({ A: "theirs" });
  });

  test("fails the execution if it cannot be read", async () => {
    await serve({
      context: () => {
        throw new Refusal(status.UNAUTHENTICATED);
      },
    });
    await expect(resolve({ runtimeEnv: { A: plain("a") } })).rejects.toThrow(
      "The secrets of this execution could not be read",
    );
  });

  test("is given up if another resource fails", async () => {
    await serve({
      session: notFound,
      context: () => {
        throw new Refusal(status.UNAVAILABLE);
      },
    });
    await expect(resolve({ runtimeEnv: { A: plain("a") } })).rejects.toThrow("The session ses-1 could not be read");
    const { length } = backend.calls;
    await pause(1_000);
    expect(backend.calls).toHaveLength(length);
  });
});

describe("an execution that refers to its context", () => {
  const annotations = { [SECRETS_ANNOTATION]: SECRETS_IN_CONTEXT };

  test("reads that one only", async () => {
    await serve({
      context: ({ slug }) => ({ metadata: { slug }, spec: { executionId: "aex-1", data: { KEY: secret("real") } } }),
    });
    expect(await valuesOf({ runtimeEnv: { KEY: secret("") } }, annotations)).toEqual({ KEY: "real" });
    expect(contextCalls()).toEqual(["context acme/aex-1"]);
  });

  test("fails without it", async () => {
    await serve();
    await expect(resolve({}, annotations)).rejects.toThrow("could not be read");
  });

  test("fails if it is another execution's", async () => {
    await serve({ context: () => ({ spec: { executionId: "aex-2", data: {} } }) });
    await expect(resolve({}, annotations)).rejects.toThrow("belongs to another execution");
  });
});

describe("the user is told", () => {
  test("which variables have no value, which are hidden, and which no command can have", async () => {
    const data = { REGION: { ...plain(""), description: "where it runs" }, TOKEN: secret("") };
    await serve({ agent: () => ({ spec: { envSpec: { data } } }) });
    const { notices } = await resolve({ runtimeEnv: { TOKEN: secret("***"), "my-var": plain("x") } });
    expect(notices).toEqual([
      expect.stringContaining("have no value: REGION (where it runs)."),
      expect.stringContaining("runner: TOKEN. The agent works without them"),
      expect.stringContaining("do not see these variables: my-var."),
    ]);
  });
});
