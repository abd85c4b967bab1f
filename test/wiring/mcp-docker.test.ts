// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of variables
/** MCP servers in containers, with a real engine: `scripts/test` starts one if none is running. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { importImage } from "../../scripts/test-support/import-image.ts";
import type { McpServer } from "../../src/definition/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import type { AgentExecution } from "../../src/stigmer/index.ts";
import { cancelExecution } from "../support/cancel-execution.ts";
import { docker } from "../support/docker.ts";
import { until } from "../support/eventually.ts";
import { localWorld } from "../support/local-world.ts";
import { agentWith, Connected, SECRET } from "../support/mcp/connect.ts";
import type { StdioFaultName } from "../support/mcp/stdio-faults.ts";
import { processesWith } from "../support/processes.ts";
import { requirement } from "../support/requirement.ts";
import type { Subject } from "../support/sandbox-contract/subject.ts";
import { openFilesystem } from "../support/sandbox-contract/subjects.ts";
import { LABELS } from "../support/services/container.ts";
import { engineAnswers } from "../support/services/engine.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";

const hasEngine = requirement(await engineAnswers(), "MCP servers in containers: no container engine answers");

type DockerServer = Extract<McpServer, { kind: "docker" }>;

const sources = join(import.meta.dir, "../support/mcp");
const environment = { DOCKER_HOST: process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock" };

let image: string;
let subject: Subject;
let sandbox: Sandbox;

function server(fault: StdioFaultName, more: Partial<DockerServer> = {}): DockerServer {
  return {
    kind: "docker",
    name: "faulty",
    image,
    args: [join(sources, "fault-program.ts"), fault],
    env: {},
    volumes: [],
    network: "none",
    ports: [],
    containerName: "",
    enabledTools: [],
    ...more,
  };
}

/** The containers of this test's image, by what `format` shows of them. */
const containers = async (format = "{{.ID}}") =>
  (await docker("ps", "--all", "--filter", `ancestor=${image}`, "--format", format)).split("\n").filter(Boolean);
const noneLeft = async () => await until("no container is left", async () => (await containers()).length === 0);

describe.if(hasEngine)("a server in a container", () => {
  beforeAll(async () => {
    subject = await openFilesystem({ commandTimeoutMs: 60_000 });
    ({ sandbox } = await subject.acquire({ environment }));
    image = await importImage("mcp-server", {
      programs: { "/usr/bin/bun": process.execPath },
      files: ["fault-program.ts", "stdio-faults.ts", "messages.ts"].map((name) => join(sources, name)),
      changes: ['ENTRYPOINT ["/usr/bin/bun"]'],
    });
  }, 600_000);
  afterEach(noneLeft);
  afterAll(() => subject?.close());

  test("gets arguments, variables, volumes and limits; no secret is among the client's arguments", async () => {
    await sandbox.writeFile("data/file", "of the host");
    const volumes = [{ hostPath: "data", containerPath: "/data", readOnly: true }];
    const env = { TOKEN: "${SECRET}" };
    await using connected = await Connected.open(agentWith(server("none", { env, volumes })), sandbox);
    expect(await connected.call()).toEqual({ text: "echo: hello", failure: undefined });
    const [id = ""] = await containers();
    const { Config, HostConfig, Mounts, Name } = JSON.parse(await docker("inspect", "--format", "{{json .}}", id));
    expect(Config.Env).toContain(`TOKEN=${SECRET}`);
    expect(Name).toMatch(/^\/agent-runner-[0-9a-f-]{36}$/);
    expect([HostConfig.Memory, HostConfig.PidsLimit, HostConfig.Init, HostConfig.NetworkMode]).toEqual([
      2 * 1024 ** 3,
      1_024,
      true,
      "none",
    ]);
    expect(Mounts).toMatchObject([{ Source: `${sandbox.root}/data`, Destination: "/data", RW: false }]);
    expect(await processesWith("docker run")).not.toEqual([]);
    expect(await processesWith(SECRET)).toEqual([]);
  });

  test("gets its name, its network and its ports; with 0 the engine chooses one", async () => {
    const network = `agent-runner-test-${crypto.randomUUID()}`;
    const labels = Object.entries(LABELS).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
    await docker("network", "create", ...labels, network);
    try {
      const ports = [
        { host: 0, container: 8_080, protocol: "" },
        { host: 0, container: 5_353, protocol: "UDP" },
      ];
      const containerName = `${network}-server`;
      await using connected = await Connected.open(
        agentWith(server("none", { network, ports, containerName })),
        sandbox,
      );
      expect(await connected.call()).toEqual({ text: "echo: hello", failure: undefined });
      const { HostConfig, NetworkSettings } = JSON.parse(
        await docker("inspect", "--format", "{{json .}}", containerName),
      );
      expect(HostConfig.NetworkMode).toBe(network);
      const published = NetworkSettings.Ports;
      expect(Object.keys(published).sort()).toEqual(["5353/udp", "8080/tcp"]);
      for (const [{ HostPort }] of Object.values<[{ HostPort: string }]>(published))
        expect(Number(HostPort)).toBeGreaterThan(0);
      await connected.servers.close();
      expect(await containers()).toEqual([]);
    } finally {
      await docker("network", "rm", network);
    }
  });

  test.each<[StdioFaultName]>([["none"], ["ignores SIGTERM and the end of its input"]])(
    "is gone when it is closed, with the fault: %s",
    async (fault) => {
      const connected = await Connected.open(agentWith(server(fault)), sandbox);
      expect(await containers()).toHaveLength(1);
      await connected.servers.close();
      expect(await containers()).toEqual([]);
    },
  );

  test("is gone after the runner was killed, even if it ignores the end of its input", async () => {
    const script = `import { agentWith, Connected } from ${JSON.stringify(join(sources, "connect.ts"))};
import { openFilesystem } from ${JSON.stringify(join(sources, "../sandbox-contract/subjects.ts"))};
const subject = await openFilesystem({ commandTimeoutMs: 60_000 });
const { sandbox } = await subject.acquire({ environment: ${JSON.stringify(environment)} });
const connected = await Connected.open(agentWith(${JSON.stringify(server("ignores SIGTERM and the end of its input"))}), sandbox);
console.log(connected.reason);`;
    const runner = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", cwd: import.meta.dir });
    const { value } = await runner.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe("it is available\n");
    expect(await containers("{{.State}}")).toEqual(["running"]);
    runner.kill("SIGKILL");
    await noneLeft();
  });

  test("serves an execution, gets its secret, and is gone after its end and after a cancellation", async () => {
    await using world = await localWorld(environment);
    const user = new StigmerUser(world.client);
    const ask = async (fault: StdioFaultName, text: string) => {
      const value = {
        image,
        args: [join(sources, "fault-program.ts"), fault],
        envPlaceholders: { TOKEN: "${TOKEN}" },
        network: "none",
      };
      const mcpServers = [{ name: "boxed", serverType: { case: "docker" as const, value } }];
      const session = await user.session({ instructions: "You help.", mcpServers });
      world.ollama.converse((_, turn) =>
        turn === 0 ? { text: "", tools: [{ name: "echo", args: { text } }] } : { text: "Done." },
      );
      return await user.begin(session, "Echo", { runtimeEnv: { TOKEN: { value: SECRET, isSecret: true } } });
    };
    const variables = async () => await docker("inspect", "--format", "{{json .Config.Env}}", ...(await containers()));

    const last = async (execution: AgentExecution) => (await user.follow(execution)).at(-1) ?? execution;

    const served = await last(await ask("none", "in the container"));
    expect(served.status?.toolCalls.map(({ name, result }) => [name, result])).toEqual([
      ["echo", "echo: in the container"],
    ]);
    expect(phaseOf(served)).toBe("EXECUTION_COMPLETED");
    await noneLeft();

    const hanging = await ask("hangs in a call", "hang");
    await until("the call hangs", async () => (await user.get(hanging)).status?.toolCalls[0] !== undefined);
    expect(await variables()).toContain(`TOKEN=${SECRET}`);
    await cancelExecution(world.temporal.address, hanging);
    expect(phaseOf(await last(hanging))).toBe("EXECUTION_CANCELLED");
    await noneLeft();
  });

  test("does not remove somebody else's container of the same name", async () => {
    const id = await docker("create", "--name", "agent-runner-test-taken", "--entrypoint", "/usr/bin/bun", image);
    try {
      const taken = server("none", { containerName: "agent-runner-test-taken" });
      await using connected = await Connected.open(agentWith(taken), sandbox);
      expect(connected.reason).toContain("is already in use");
      await connected.servers.close();
      expect(await docker("inspect", "--format", "{{.Id}}", id)).toBe(id);
    } finally {
      await docker("rm", "--force", id);
    }
  });

  test("whose volume or image does not exist is not available", async () => {
    const volumes = [{ hostPath: "nowhere", containerPath: "/data", readOnly: true }];
    await using first = await Connected.open(agentWith(server("none", { volumes })), sandbox);
    expect(first.reason).toContain("nowhere");
    await using second = await Connected.open(agentWith(server("none", { image: "no.such.invalid/image:1" })), sandbox);
    expect(second.reason).toContain("no.such.invalid/image:1");
  });
});

describe("a server in a container, in a sandbox without one of docker's parts,", () => {
  test("is not available, and the user is told what to use instead", async () => {
    await using folder = await openFilesystem({ commandTimeoutMs: 60_000 }).then((one) => ({
      ...one,
      [Symbol.asyncDispose]: () => one.close(),
    }));
    image = "image";
    for (const [variables, reason] of [
      [{ DOCKER_HOST: "unix:///no/such/socket" }, "Use a server of type stdio or http instead"],
      [{ PATH: "/nowhere" }, "The sandbox has no program docker. Use a server of type stdio or http instead"],
    ] as const) {
      const { sandbox: without } = await folder.acquire({ environment: variables });
      await using connected = await Connected.open(agentWith(server("none")), without);
      expect(connected.reason).toContain(reason);
    }
  });
});
