/** The image under the command of the Stigmer CLI's launcher, with a real Temporal and a daemon on this machine. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chown, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { startDaemon } from "../../src/daemon/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { StigmerClient } from "../../src/stigmer/index.ts";
import { connectTemporal, installTemporalRuntime } from "../../src/temporal/index.ts";
import { docker, runInBackground } from "../support/docker.ts";
import { until } from "../support/eventually.ts";
import { type OllamaDouble, startOllamaDouble } from "../support/ollama-double.ts";
import { asRoot } from "../support/requirement.ts";
import { buildRunnerImage } from "../support/runner-image.ts";
import { engineAnswers, type Service, startTemporal } from "../support/services/index.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** Who started the launcher; nobody that the image knows. */
const isRoot = asRoot("workspaces of other users");
const OWNER = isRoot ? { uid: 4321, gid: 5432 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z - /;

if ((await engineAnswers()) && process.platform === "linux") describe("image under the Stigmer launcher", launcher);

function launcher(): void {
  const open = new AsyncDisposableStack();
  let image: string;
  let temporal: Service;
  let ollama: OllamaDouble;
  let data: TemporaryFolder;
  let ports: { readonly server: number; readonly admin: number };

  beforeAll(async () => {
    installTemporalRuntime(silentLogger);
    image = open.use(await buildRunnerImage("launched")).tag;
    temporal = open.use(await startTemporal());
    ollama = open.use(startOllamaDouble());
    data = open.use(await temporaryFolder());
    const [server = 0, admin = 0] = await freePorts(2);
    ports = { server, admin };
    for (const name of ["workspace", "logs"]) await ownedDirectory(name, OWNER);
  });
  afterAll(() => open.disposeAsync());

  async function ownedDirectory(name: string, { uid, gid }: typeof OWNER): Promise<string> {
    const path = join(data.path, name);
    await mkdir(path, { mode: 0o755 });
    if (isRoot) await chown(path, uid, gid);
    return path;
  }

  /** The launcher's command; only ports differ, which others on this machine may use, and the name. */
  const launch = (workspace = join(data.path, "workspace"), more: readonly string[] = []) =>
    runInBackground([
      ...["--restart", "unless-stopped", "--network", "host"],
      ...["-e", "MODE=local", "-e", `STIGMER_BACKEND_ENDPOINT=localhost:${ports.server}`],
      ...["-e", `TEMPORAL_SERVICE_ADDRESS=localhost:${temporal.port}`, "-e", "TEMPORAL_NAMESPACE=default"],
      ...["-e", "TASK_QUEUE=agent_execution_runner", "-e", "SANDBOX_TYPE=filesystem"],
      ...["-e", "WORKSPACE_ROOT=/workspace", "-e", "LOG_LEVEL=DEBUG", "-e", "STIGMER_LLM_PROVIDER=ollama"],
      ...["-e", "STIGMER_LLM_MODEL=qwen2.5-coder:7b", "-e", `STIGMER_LLM_BASE_URL=${ollama.url}`],
      ...["-e", `OLLAMA_BASE_URL=${ollama.url}`],
      ...["-v", `${workspace}:/workspace`, "-v", `${join(data.path, "logs")}:/logs`],
      ...["-e", `ADMIN_PORT=${ports.admin}`, ...more, image],
    ]);
  type Launched = Awaited<ReturnType<typeof launch>>;

  const says = (runner: Launched, text: string) =>
    until(text, async () => (await runner.log()).includes(text)).catch(async (error) => {
      throw new Error(`${error}\n${await runner.log()}`);
    });

  /** The server, which the launcher starts after the runner. */
  async function startServer() {
    const opened = new AsyncDisposableStack();
    const address = `${temporal.host}:${temporal.port}`;
    const connection = await connectTemporal({ address, namespace: "default", taskQueue: "", maxConcurrency: 1 });
    opened.defer(() => connection.close());
    const daemon = await startDaemon({
      connection,
      namespace: "default",
      runnerQueue: "agent_execution_runner",
      port: ports.server,
      dataDir: join(data.path, "server"),
      log: silentLogger,
    });
    opened.defer(() => daemon.stop());
    const client = new StigmerClient({ endpoint: `localhost:${ports.server}`, tls: false, apiKey: () => "test" });
    opened.defer(() => client.close());
    return { user: new StigmerUser(client), [Symbol.asyncDispose]: () => opened.disposeAsync() };
  }

  test("waits for the server, runs as the workspace's owner, keeps its memory, and leaves no zombies", async () => {
    await temporal.kill();
    await using first = await launch();
    await says(first, "Waiting for Temporal");
    expect(await first.inspect("{{.State.Running}} {{.RestartCount}}")).toBe("true 0");
    await temporal.restart();
    await using server = await startServer();
    await says(first, "🚀 Worker ready, polling for tasks...");

    const command =
      "id -u; id -g; whoami; for one in 1 2 3 4 5; do (setsid sleep 0.3456 &); done; echo made > by-command.txt";
    ollama.converse((_, turn) =>
      turn === 0
        ? {
            text: "",
            tools: [
              { name: "execute", args: { command } },
              { name: "write_file", args: { file_path: "by-tool.txt", content: "made" } },
            ],
          }
        : { text: "Done." },
    );
    const { user } = server;
    const session = await user.session();
    const execution = await user.ask(session, "Make files");
    expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
    const result = execution.status?.toolCalls.find(({ name }) => name === "execute")?.result;
    expect(result).toContain(`${OWNER.uid}\n${OWNER.gid}\nagent-runner`);
    for (const file of ["by-command.txt", "by-tool.txt", ".agent-runner/data/threads.db"]) {
      const { uid, gid } = await stat(join(data.path, "workspace", file));
      expect({ file, uid, gid }).toEqual({ file, ...OWNER });
    }
    expect(await readFile(join(data.path, "workspace/.agent-runner/.gitignore"), "utf8")).toBe("*\n");
    expect(await readdir(join(data.path, "logs"))).toEqual([]);

    const processes = async () => await docker("exec", first.id, "ps", "-eo", "stat=,args=");
    await until("the commands have ended", async () => !(await processes()).includes("sleep 0.3456"));
    await until("nothing is left of them", async () => !/^Z/m.test(await processes()));

    // The launcher removes a container and runs another one: only the mounts last.
    await docker("rm", "--force", first.id);
    await using second = await launch();
    await says(second, "🚀 Worker ready, polling for tasks...");
    ollama.converse(({ messages }) => ({
      text: `I know ${messages.filter(({ role }) => role === "user").length} messages.`,
    }));
    const next = await user.ask(session, "What do you know?");
    expect(next.status?.messages.at(-1)?.content).toBe("I know 2 messages.");
    for (const line of (await second.log()).split("\n")) expect(line).toMatch(TIMESTAMP);
  });

  test("hides the keys of all processes from commands, even with the same user", async () => {
    await using server = await startServer();
    const keys = ["-e", "ANTHROPIC_API_KEY=sk-of-the-runner", "-e", "ADMIN_TOKEN=token-of-the-admin"];
    for (const user of [[], ["--user", `${OWNER.uid}:${OWNER.gid}`]]) {
      await using runner = await launch(undefined, [...keys, ...user]);
      await says(runner, "🚀 Worker ready, polling for tasks...");
      // Long enough to meet the health checks, too.
      const look = "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -aE 'KEY|TOKEN'";
      const command = `echo looking; for round in {1..300}; do ${look}; sleep 0.05; done; echo looked`;
      ollama.converse((_, turn) =>
        turn === 0 ? { text: "", tools: [{ name: "execute", args: { command } }] } : { text: "Done." },
      );
      const execution = await server.user.ask(await server.user.session(), "Look around");
      const result = execution.status?.toolCalls[0]?.result ?? "";
      expect(result).toContain("looking\nlooked\n");
      expect(result).not.toMatch(/sk-of|token-of|KEY|TOKEN/);
    }
  });

  test("stops within the time of `docker stop`, and the running execution says why it failed", async () => {
    await using server = await startServer();
    await using runner = await launch();
    await says(runner, "🚀 Worker ready, polling for tasks...");
    const command = "touch started; sleep 1000";
    ollama.converse(() => ({ text: "", tools: [{ name: "execute", args: { command } }] }));
    const execution = await server.user.begin(await server.user.session(), "Sleep");
    const following = server.user.follow(execution);
    await until("the command runs", () => Bun.file(join(data.path, "workspace/started")).exists());
    await docker("stop", runner.id);
    // 137 would be the engine's KILL, after 10 s.
    expect(await runner.inspect("{{.State.ExitCode}}")).toBe("5");
    const last = (await following).at(-1);
    expect(last === undefined ? "" : phaseOf(last)).toBe("EXECUTION_FAILED");
    expect(last?.status?.error).toContain("The runner was stopped before the execution had finished.");
    for (const line of (await runner.log()).split("\n")) expect(line).toMatch(TIMESTAMP);
  });

  test.skipIf(!isRoot)(
    "stays root in a workspace of root, and says so; a user that the container was given stays as it is",
    async () => {
      const workspace = await ownedDirectory("of-root", { uid: 0, gid: 0 });
      const userOf = async (runner: Launched) => await docker("exec", runner.id, "ps", "-o", "uid=,gid=", "1");
      await using root = await launch(workspace);
      await says(root, "WARN - /workspace belongs to root, so agents' commands run as root of this container");
      await says(root, "Worker ready");
      expect((await userOf(root)).trim().split(/\s+/)).toEqual(["0", "0"]);
      await docker("rm", "--force", root.id);
      await using given = await launch(join(data.path, "workspace"), ["--user", `${OWNER.uid}:${OWNER.gid}`]);
      await says(given, "Worker ready");
      expect((await userOf(given)).trim().split(/\s+/)).toEqual([`${OWNER.uid}`, `${OWNER.gid}`]);
    },
  );
}
