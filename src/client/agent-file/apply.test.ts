import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type DaemonServices, openDaemonServices } from "../../../test/support/daemon-services.ts";
import { type FileTree, fileTree, writeFiles } from "../../../test/support/file-tree.ts";
import {
  AgentInstanceQueryController,
  ApiResourceKind,
  EnvironmentQueryController,
  SkillQueryController,
} from "../../stigmer/index.ts";
import { ClientError } from "../client-error.ts";
import { type AppliedAgent, applyAgentFile } from "./apply.ts";
import { loadAgentFile } from "./load.ts";

const signal = new AbortController().signal;

let server: DaemonServices;
beforeAll(async () => {
  server = await openDaemonServices();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Applies the file, and tells what was said. */
async function apply(file: string, hadEnvironments = false): Promise<AppliedAgent & { readonly told: string[] }> {
  const told: string[] = [];
  const loaded = await loadAgentFile(file, signal);
  const tell = (text: string) => void told.push(text);
  return { ...(await applyAgentFile(server.client, loaded, { signal, tell, hadEnvironments })), told };
}

const instance = (value: string) => server.client.call(AgentInstanceQueryController.method.get, { value });

describe("applying an agent file", () => {
  test("pushes skills that the server does not have, and names their versions", async () => {
    await using folder = await fileTree({
      "agent.yaml": `metadata: {name: pusher, org: acme}
spec:
  skill_refs: [{path: one}, {slug: other, version: v1}]
  sub_agents: [{name: s, skillRefs: [{path: ./one}]}]
`,
      "one/SKILL.md": "---\nname: pushed-once\n---\nFirst.\n",
    });
    const first = await apply(folder.file("agent.yaml"));
    expect([first.pushed, first.told.length]).toEqual([["pushed-once"], 1]);
    const [reference, other] = first.agent.spec?.skillRefs ?? [];
    expect(reference).toMatchObject({ kind: ApiResourceKind.skill, org: "acme", slug: "pushed-once" });
    expect(other).toMatchObject({ kind: ApiResourceKind.skill, slug: "other", version: "v1" });
    expect(first.agent.spec?.subAgents[0]?.skillRefs).toEqual([reference ?? expect.unreachable()]);
    const { getByReference, getArtifact } = SkillQueryController.method;
    const skill = await server.client.call(getByReference, reference ?? {});
    expect(skill.status?.versionHash).toBe(reference?.version ?? "");
    const { artifact } = await server.client.call(getArtifact, {
      artifactStorageKey: skill.status?.artifactStorageKey ?? "",
    });
    expect(new Bun.CryptoHasher("sha256").update(artifact).digest("hex")).toBe(reference?.version ?? "");

    const again = await apply(folder.file("agent.yaml"));
    expect([again.pushed, again.told]).toEqual([[], []]);
    await writeFiles(folder.path, { "one/SKILL.md": "---\nname: pushed-once\n---\nSecond.\n" });
    const changed = await apply(folder.file("agent.yaml"));
    expect(changed.pushed).toEqual(["pushed-once"]);
    expect(changed.agent.spec?.skillRefs[0]?.version).not.toBe(reference?.version);
  });

  test("applies environments, and gives them to an instance of its own", async () => {
    await using folder = await fileTree({
      "agent.yaml": `metadata: {name: Deployer, org: acme}
environment_refs: [{slug: shared, org: ops}, {path: .env}, {path: plain.env, is_secret: false}, {path: env.yaml}]
`,
      ".env": "TOKEN=abc\n",
      "plain.env": "REGION=eu\n",
      "env.yaml": "metadata: {name: Named}\nspec: {data: {A: {value: b, is_secret: true, description: c}}}\n",
    });
    const { agent, instanceId } = await apply(folder.file("agent.yaml"));
    expect(instanceId).not.toBe(agent.status?.defaultInstanceId);
    const { spec } = await instance(instanceId);
    expect(spec?.environmentRefs.map(({ org, slug, kind }) => [org, slug, kind])).toEqual([
      ["ops", "shared", ApiResourceKind.environment],
      ["acme", expect.stringMatching(/^deployer-env-[0-9a-f]{8}$/), ApiResourceKind.environment],
      ["acme", expect.stringMatching(/^deployer-plain-env-[0-9a-f]{8}$/), ApiResourceKind.environment],
      ["acme", "named", ApiResourceKind.environment],
    ]);
    const { getByReference } = EnvironmentQueryController.method;
    const [, secrets, plain, named] = await Promise.all(
      (spec?.environmentRefs ?? []).map(async (reference, index) =>
        index === 0 ? undefined : await server.client.call(getByReference, reference),
      ),
    );
    expect(secrets?.spec?.data).toMatchObject({ TOKEN: { value: "abc", isSecret: true } });
    expect(plain?.spec?.data).toMatchObject({ REGION: { value: "eu", isSecret: false } });
    expect(named?.spec?.data).toMatchObject({ A: { value: "b", isSecret: true, description: "c" } });

    // The same instance, so that sessions go on with the new environments.
    await writeFiles(folder.path, { "agent.yaml": "metadata: {name: Deployer, org: acme}\n" });
    const without = await apply(folder.file("agent.yaml"), true);
    expect(without.instanceId).toBe(instanceId);
    expect((await instance(instanceId)).spec?.environmentRefs).toEqual([]);
  });

  test("keeps apart environments of agents and files whose names have the same words", async () => {
    const agentFile = (name: string, ...paths: string[]) =>
      `metadata: {name: ${name}}\nenvironment_refs: [${paths.map((path) => `{path: ${path}}`).join(", ")}]\n`;
    await using folder = await fileTree({
      "one.yaml": agentFile("keeper", "a/.env"),
      "two.yaml": agentFile("keeper-a", ".env", "env"),
      "a/.env": "TOKEN=of-one\n",
      ".env": "TOKEN=of-two\n",
      env: "OTHER=of-two\n",
    });
    const data = async (file: string) => {
      const { spec } = await instance((await apply(folder.file(file))).instanceId);
      const { getByReference } = EnvironmentQueryController.method;
      return async () =>
        await Promise.all(
          (spec?.environmentRefs ?? []).map(
            async (reference) => (await server.client.call(getByReference, reference)).spec?.data,
          ),
        );
    };
    const [one, two] = [await data("one.yaml"), await data("two.yaml")];
    expect(await one()).toMatchObject([{ TOKEN: { value: "of-one" } }]);
    expect(await two()).toMatchObject([{ TOKEN: { value: "of-two" } }, { OTHER: { value: "of-two" } }]);
  });

  test("makes one request for an agent without such parts", async () => {
    await using folder = await fileTree({ "agent.yaml": "metadata: {name: simple}\nspec: {instructions: Help.}\n" });
    const calls: string[] = [];
    const { client } = server;
    const call = client.call.bind(client);
    client.call = async (method, ...rest) => {
      calls.push(method.name);
      return await call(method, ...rest);
    };
    try {
      const { agent, instanceId } = await apply(folder.file("agent.yaml"));
      expect([calls, instanceId]).toEqual([["apply"], agent.status?.defaultInstanceId ?? ""]);
    } finally {
      client.call = call;
    }
  });
});

describe("a skill", () => {
  const random = (bytes: number): Uint8Array => {
    const content = Buffer.alloc(bytes);
    for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(content.subarray(at, at + 65_536));
    return content;
  };
  const files = (bytes: number): FileTree => ({
    "agent.yaml": "{metadata: {name: large}, spec: {skill_refs: [{path: large}]}}",
    "large/SKILL.md": "Large.\n",
    "large/data": random(bytes),
  });

  test("of more than 10 MiB can be pushed to the daemon of dev", async () => {
    await using folder = await fileTree(files(12 * 1024 * 1024));
    expect((await apply(folder.file("agent.yaml"))).pushed).toEqual(["large"]);
  });

  test("that the server refuses is named, with the reason", async () => {
    await using folder = await fileTree(files(10));
    const { client } = server;
    const call = client.call.bind(client);
    const { StigmerError } = await import("../../stigmer/index.ts");
    client.call = async (method, ...rest) => {
      if (method.name === "push")
        throw new StigmerError("too-large", "push at server: received message larger than max");
      return await call(method, ...rest);
    };
    try {
      const failure = await apply(folder.file("agent.yaml")).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ClientError);
      expect(String(failure)).toMatch(
        /The skill large \(.*large\) has [\d.]+ (bytes|KiB) packed, which is too much for the server: .*larger than max\. Today's Stigmer server accepts 10 MiB\. Make the skill smaller\./,
      );
    } finally {
      client.call = call;
    }
  });
});
