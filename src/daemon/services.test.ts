import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { create, fromJson, type JsonValue, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { silentLogger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { openDatabase } from "../shared/open-database.ts";
import * as wire from "../stigmer/index.ts";
import { DaemonError } from "./daemon-error.ts";
import { ExecutionService } from "./executions.ts";
import { type GrpcServer, serveGrpc } from "./grpc-server.ts";
import { kinds, upgrade } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";
import { services } from "./services.ts";

let database: Database;
/** What workflows were started with. */
let started: unknown[];
let store: ResourceStore;
let server: GrpcServer;
let client: wire.StigmerClient;
/** What happens to an answer with secrets on its way. */
let onSecretsRead: () => void;

beforeEach(async () => {
  database = new Database(":memory:", { strict: true });
  store = new ResourceStore(database);
  started = [];
  const book = new ExecutionService(store, async (_, execution) => void started.push(execution));
  onSecretsRead = () => undefined;
  const readSecrets = book.secretsOf.bind(book);
  book.secretsOf = (id) => {
    const secrets = readSecrets(id);
    onSecretsRead();
    return secrets;
  };
  server = await serveGrpc(services(store, book, silentLogger), 0);
  client = new wire.StigmerClient({ endpoint: `127.0.0.1:${server.port}`, tls: false, apiKey: () => "key" });
});
afterEach(async () => {
  client.close();
  await server.stop();
  database.close();
});

const apply = async (name: string) =>
  await client.call(wire.AgentCommandController.method.apply, { metadata: { name }, spec: { instructions: "Help." } });
const begin = async (agentInstanceId: string) =>
  await client.call(wire.SessionCommandController.method.create, { spec: { agentInstanceId } });

describe("agent whose default instance was deleted", () => {
  test("refers to none, and gets a new one when it is applied again", async () => {
    const agent = await apply("helper");
    const first = agent.status?.defaultInstanceId ?? "";
    await client.call(wire.AgentInstanceCommandController.method.delete, { value: first });
    const bare = await client.call(wire.AgentQueryController.method.get, { value: agent.metadata?.id ?? "" });
    expect(bare.status?.defaultInstanceId).toBe("");
    const second = (await apply("helper")).status?.defaultInstanceId ?? "";
    expect(second).not.toBe(first);
    expect((await begin(second)).spec?.agentInstanceId).toBe(second);
  });

  test("is repaired in files of earlier versions", async () => {
    const agent = await apply("helper");
    store.delete(agent.status?.defaultInstanceId ?? "");
    await begin((await apply("helper")).status?.defaultInstanceId ?? "");
  });
});

test("agents can have names in any script", async () => {
  for (const name of ["Помощник", "🚀"]) {
    const agent = await apply(name);
    expect(agent.metadata?.name).toBe(name);
    expect((await apply(name)).metadata?.id).toBe(agent.metadata?.id ?? "");
  }
});

describe("lists", () => {
  /** Executions of a session with 1 MiB each. */
  function large(sessionId: string, count: number): void {
    for (let index = 0; index < count; index++) {
      const phase = index % 2 === 0 ? wire.ExecutionPhase.EXECUTION_COMPLETED : wire.ExecutionPhase.EXECUTION_FAILED;
      const status = create(wire.AgentExecutionStatusSchema, { phase, error: "x".repeat(1024 * 1024) });
      const execution = kinds.execution.create(store, create(wire.AgentExecutionSchema, { spec: { sessionId } }));
      kinds.execution.save(store, { ...execution, status });
    }
  }

  test("of large executions fit the clients' message limit, and their pages contain each once", async () => {
    large("ses-1", 12);
    const ids = new Set<string>();
    let pages = 1;
    for (let number = 1; number <= pages; number++) {
      const method = wire.AgentExecutionQueryController.method.list;
      const list = await client.call(method, { pageSize: 100, pageToken: String(number) });
      expect(toBinary(wire.AgentExecutionListSchema, list).length).toBeLessThan(4 * 1024 * 1024);
      for (const { metadata } of list.entries) ids.add(metadata?.id ?? "");
      pages = list.totalPages;
    }
    expect(pages).toBe(6);
    expect(ids.size).toBe(12);
  });

  test("are filtered by phase, session and agent, also in files of earlier versions", async () => {
    large("ses-1", 3);
    large("ses-2", 1);
    const agent = await apply("helper");
    const session = await begin(agent.status?.defaultInstanceId ?? "");
    await begin((await apply("other")).status?.defaultInstanceId ?? "");
    const counts = async () => {
      const query = wire.AgentExecutionQueryController.method;
      const failed = await client.call(query.list, { phase: wire.ExecutionPhase.EXECUTION_FAILED });
      const ofSession = await client.call(query.listBySession, { sessionId: "ses-2" });
      const agentId = agent.metadata?.id ?? "";
      const ofAgent = await client.call(wire.SessionQueryController.method.listByAgent, { agentId });
      const instances = await client.call(wire.AgentInstanceQueryController.method.getByAgent, { agentId });
      return [
        failed.entries.length,
        ofSession.entries.length,
        ofAgent.entries.map(({ metadata }) => metadata?.id),
        instances.totalCount,
      ];
    };
    const expected = [1, 1, [session.metadata?.id], 1];
    expect(await counts()).toEqual(expected);
    database.run("UPDATE resources SET parent = '', phase = 0");
    expect((await counts())[0]).toBe(0);
    upgrade(store);
    expect(await counts()).toEqual(expected);
  });
});

describe("secrets of an execution", () => {
  const runtimeEnv = { KEY: { value: "sk-very-secret", isSecret: true }, REGION: { value: "eu" } };
  const context = wire.ExecutionContextQueryController.method.getByReference;

  /** Why the secrets cannot be had; this process is the server too, so that it must not be blocked meanwhile. */
  const refusal = async (slug: string) =>
    await client.call(context, { slug, kind: wire.ApiResourceKind.execution_context }).then(String, messageOf);

  async function beginWithSecrets(): Promise<wire.AgentExecution> {
    const agentId = (await apply("helper")).metadata?.id ?? "";
    const spec = { agentId, message: "Go", runtimeEnv };
    return await client.call(wire.AgentExecutionCommandController.method.create, { spec });
  }

  const update = async (executionId: string, status: MessageInitShape<typeof wire.AgentExecutionStatusSchema>) =>
    await client.call(wire.AgentExecutionCommandController.method.updateStatus, { executionId, status });

  test("are neither returned, stored nor in the workflow's input, and kept until its agent starts", async () => {
    const execution = await beginWithSecrets();
    const slug = execution.metadata?.id ?? "";
    expect(execution.spec?.runtimeEnv["KEY"]).toMatchObject({ value: "***", isSecret: true });
    expect(started).toHaveLength(1);
    const [input] = started as { metadata: { annotations: object }; spec: { runtimeEnv: object } }[];
    expect(input?.metadata.annotations).toEqual({ [wire.SECRETS_ANNOTATION]: wire.SECRETS_IN_CONTEXT });
    expect(input?.spec.runtimeEnv).toEqual({ KEY: { isSecret: true }, REGION: { value: "eu" } });
    expect(database.serialize().toString("latin1")).not.toContain("sk-very-secret");

    const kind = wire.ApiResourceKind.execution_context;
    const given = async () => (await client.call(context, { slug, kind })).spec?.data;
    const secrets = { KEY: expect.objectContaining({ value: "sk-very-secret", isSecret: true }) };
    expect(await given()).toEqual(secrets);
    // What a runner says before it has read what the agent needs.
    const messages = [{ type: wire.MessageType.MESSAGE_HUMAN, content: "Go" }];
    await update(slug, { phase: wire.ExecutionPhase.EXECUTION_IN_PROGRESS, messages });
    expect(await given()).toEqual(secrets);
    await update(slug, { messages: [...messages, { type: wire.MessageType.MESSAGE_AI, content: "I go." }] });
    expect(await refusal(slug)).toContain("until its agent begins to work");
  });

  test("reach a runner whose first answer was lost", async () => {
    const slug = (await beginWithSecrets()).metadata?.id ?? "";
    const execution = fromJson(wire.AgentExecutionSchema, started[0] as JsonValue, { ignoreUnknownFields: true });
    let lost = 0;
    onSecretsRead = () => {
      if (lost++ === 0) throw new DaemonError("unavailable", "the answer is lost");
    };
    await update(slug, { phase: wire.ExecutionPhase.EXECUTION_IN_PROGRESS });
    const { agent } = await wire.resolveDefinition(client, execution, new AbortController().signal);
    expect([lost, agent.environment.values]).toEqual([2, { KEY: "sk-very-secret", REGION: "eu" }]);
  });

  test("are dropped when it ends or is deleted before its agent starts", async () => {
    const ended = (await beginWithSecrets()).metadata?.id ?? "";
    const deleted = (await beginWithSecrets()).metadata?.id ?? "";
    await update(ended, { phase: wire.ExecutionPhase.EXECUTION_FAILED });
    await client.call(wire.AgentExecutionCommandController.method.delete, { value: deleted });
    expect(await refusal(ended)).toContain("until its agent begins to work");
    expect(await refusal(deleted)).toContain("there is no ExecutionContext");
  });

  test("are not stored by an update either", async () => {
    const { metadata, spec } = await beginWithSecrets();
    const changed = { agentId: spec?.agentId ?? "", runtimeEnv: { KEY: { value: "sk-other-secret", isSecret: true } } };
    const { method } = wire.AgentExecutionCommandController;
    const updated = await client.call(method.update, { metadata: { id: metadata?.id ?? "" }, spec: changed });
    expect(updated.spec?.runtimeEnv["KEY"]?.value).toBe("***");
    expect(database.serialize().toString("latin1")).not.toContain("sk-other-secret");
  });
});

test("replaced secrets, and those of earlier versions, leave no trace in the file", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "daemon.db");
  const content = async () =>
    Buffer.concat(
      await Promise.all(["", "-wal"].map(async (end) => Buffer.from(await Bun.file(`${file}${end}`).bytes()))),
    ).toString("latin1");
  const other = openDatabase(file);
  const otherStore = new ResourceStore(other);
  const runtimeEnv = { KEY: { value: "sk-of-an-execution", isSecret: true } };
  kinds.execution.create(otherStore, create(wire.AgentExecutionSchema, { spec: { message: "Go", runtimeEnv } }));
  expect(await content()).toContain("sk-of-an-execution");
  upgrade(otherStore);
  expect(await content()).not.toContain("sk-of-an-execution");

  const environment = (value: string) =>
    create(wire.EnvironmentSchema, { metadata: { name: "keys" }, spec: { data: { KEY: { value, isSecret: true } } } });
  for (const value of ["sk-of-yesterday", "sk-of-today"])
    otherStore.replacing(() => kinds.environment.apply(otherStore, environment(value)));
  expect(await content()).not.toContain("sk-of-yesterday");
  expect(await content()).toContain("sk-of-today");
  other.close();
});

test("a slow subscriber receives the final state", async () => {
  const agent = await apply("helper");
  const session = await begin(agent.status?.defaultInstanceId ?? "");
  const spec = { sessionId: session.metadata?.id ?? "", message: "Go" };
  const execution = await client.call(wire.AgentExecutionCommandController.method.create, { spec });
  const executionId = execution.metadata?.id ?? "";
  const states: string[] = [];
  for await (const { status } of client.stream(wire.AgentExecutionQueryController.method.subscribe, {
    value: executionId,
  })) {
    states.push(status?.error.slice(-4) ?? "");
    if (states.length > 1) continue;
    const update = wire.AgentExecutionCommandController.method.updateStatus;
    const phase = wire.ExecutionPhase.EXECUTION_IN_PROGRESS;
    for (let index = 0; index < 100; index++)
      await client.call(update, { executionId, status: { phase, error: `${"x".repeat(500_000)}${index}` } });
    await client.call(update, {
      executionId,
      status: { phase: wire.ExecutionPhase.EXECUTION_FAILED, error: "last" },
    });
  }
  expect(states.at(-1)).toBe("last");
  expect(states.length).toBeLessThan(60);
});
