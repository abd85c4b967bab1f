import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { create, fromJson, type JsonValue, type MessageInitShape } from "@bufbuild/protobuf";
import { type DaemonServices, openDaemonServices } from "../../test/support/daemon-services.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { messageOf } from "../shared/errors.ts";
import { openDatabase } from "../shared/open-database.ts";
import * as wire from "../stigmer/index.ts";
import { DaemonError } from "./daemon-error.ts";
import { kinds, upgrade } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";

let daemon: DaemonServices;
beforeEach(async () => {
  daemon = await openDaemonServices();
});
afterEach(() => daemon[Symbol.asyncDispose]());

describe("secrets of an execution", () => {
  const runtimeEnv = { KEY: { value: "sk-very-secret", isSecret: true }, REGION: { value: "eu" } };
  const context = wire.ExecutionContextQueryController.method.getByReference;

  /** Why the secrets cannot be had; this process is the server too, so that it must not be blocked meanwhile. */
  const refusal = async (slug: string) =>
    await daemon.client.call(context, { slug, kind: wire.ApiResourceKind.execution_context }).then(String, messageOf);

  async function beginWithSecrets(): Promise<wire.AgentExecution> {
    const agentId = (await daemon.apply("helper")).metadata?.id ?? "";
    const spec = { agentId, message: "Go", runtimeEnv };
    return await daemon.client.call(wire.AgentExecutionCommandController.method.create, { spec });
  }

  const update = async (executionId: string, status: MessageInitShape<typeof wire.AgentExecutionStatusSchema>) =>
    await daemon.client.call(wire.AgentExecutionCommandController.method.updateStatus, { executionId, status });

  test("are neither returned, stored nor in the workflow's input, and kept until its agent starts", async () => {
    const execution = await beginWithSecrets();
    const slug = execution.metadata?.id ?? "";
    expect(execution.spec?.runtimeEnv["KEY"]).toMatchObject({ value: "***", isSecret: true });
    expect(daemon.started).toHaveLength(1);
    const [input] = daemon.started as { metadata: { annotations: object }; spec: { runtimeEnv: object } }[];
    expect(input?.metadata.annotations).toEqual({ [wire.SECRETS_ANNOTATION]: wire.SECRETS_IN_CONTEXT });
    expect(input?.spec.runtimeEnv).toEqual({ KEY: { isSecret: true }, REGION: { value: "eu" } });
    expect(daemon.database.serialize().toString("latin1")).not.toContain("sk-very-secret");

    const kind = wire.ApiResourceKind.execution_context;
    const given = async () => (await daemon.client.call(context, { slug, kind })).spec?.data;
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
    const execution = fromJson(wire.AgentExecutionSchema, daemon.started[0] as JsonValue, {
      ignoreUnknownFields: true,
    });
    let lost = 0;
    daemon.onSecretsRead = () => {
      if (lost++ === 0) throw new DaemonError("unavailable", "the answer is lost");
    };
    await update(slug, { phase: wire.ExecutionPhase.EXECUTION_IN_PROGRESS });
    const { agent } = await wire.resolveDefinition(daemon.client, execution, new AbortController().signal);
    expect([lost, agent.environment.values]).toEqual([2, { KEY: "sk-very-secret", REGION: "eu" }]);
  });

  test("are dropped when it ends or is deleted before its agent starts", async () => {
    const ended = (await beginWithSecrets()).metadata?.id ?? "";
    const deleted = (await beginWithSecrets()).metadata?.id ?? "";
    await update(ended, { phase: wire.ExecutionPhase.EXECUTION_FAILED });
    await daemon.client.call(wire.AgentExecutionCommandController.method.delete, { value: deleted });
    expect(await refusal(ended)).toContain("until its agent begins to work");
    expect(await refusal(deleted)).toContain("there is no ExecutionContext");
  });

  test("are not stored by an update either", async () => {
    const { metadata, spec } = await beginWithSecrets();
    const changed = { agentId: spec?.agentId ?? "", runtimeEnv: { KEY: { value: "sk-other-secret", isSecret: true } } };
    const { method } = wire.AgentExecutionCommandController;
    const updated = await daemon.client.call(method.update, { metadata: { id: metadata?.id ?? "" }, spec: changed });
    expect(updated.spec?.runtimeEnv["KEY"]?.value).toBe("***");
    expect(daemon.database.serialize().toString("latin1")).not.toContain("sk-other-secret");
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
