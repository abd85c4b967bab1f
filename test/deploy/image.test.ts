/** The image, built of the compiled program and run as a cluster would: no root, nothing writable but /tmp. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { program } from "../../scripts/lib/built.ts";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { cloudWorld } from "../support/cloud-world.ts";
import { docker, runInBackground } from "../support/docker.ts";
import { until } from "../support/eventually.ts";
import { type ContainerService, engineAnswers, imageOf, startContainer, TEMPORAL } from "../support/services/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const dockerfile = join(import.meta.dir, "../../deploy/Dockerfile");
const IMAGE = `agent-runner-test/runner:${process.env["TEST_RUN"] ?? process.pid}`;
const LIMIT_MS = 180_000;
const ADMIN_PORT = 8790;
const SHUT = [
  "--read-only",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
  "--tmpfs=/tmp:rw,exec,mode=1777,size=256m",
];

// Without an engine there is nothing to build with, which the run's summary says; without Linux, no program for it.
if ((await engineAnswers()) && process.platform === "linux") describe("the image", image);
else test("the Dockerfile is there", async () => expect(await Bun.file(dockerfile).exists()).toBe(true));

function image(): void {
  let temporal: ContainerService;
  let shared: TemporaryFolder;

  beforeAll(async () => {
    await using context = await temporaryFolder();
    await copyFile(program, join(context.path, "agent-runner"));
    const base = `BASE=${imageOf("TEST_RUNNER_BASE_IMAGE")}`;
    await docker("build", "--quiet", "--file", dockerfile, "--build-arg", base, "--tag", IMAGE, context.path);
    shared = await temporaryFolder();
    await chmod(shared.path, 0o755);
    await Bun.write(join(shared.path, "script.yaml"), "turns:\n  - text: Hello from the image.\n");
    temporal = await startContainer(imageOf("TEST_TEMPORAL_IMAGE"), TEMPORAL, [ADMIN_PORT]);
  }, LIMIT_MS);
  afterAll(async () => {
    await temporal.stop();
    await docker("image", "rm", "--force", IMAGE);
    await shared[Symbol.asyncDispose]();
  });

  /** Beside Temporal, which it finds on loopback. */
  const start = (env: Record<string, string>, ...command: string[]) => {
    const script = { STIGMER_LLM_PROVIDER: "scripted", STIGMER_LLM_SCRIPT: "/shared/script.yaml" };
    const variables = Object.entries({ MODE: "local", SANDBOX_ROOT_DIR: "/tmp/workspace", ...script, ...env });
    const flags = variables.flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    const mount = `--volume=${shared.path}:/shared:ro`;
    return runInBackground([`--network=${temporal.network}`, mount, ...SHUT, ...flags, IMAGE, ...command]);
  };

  test("is small, has a numeric user, and tells its version on a read-only file system without network", async () => {
    const bytes = Number(await docker("image", "inspect", "--format", "{{.Size}}", IMAGE));
    const own = Bun.file(program).size;
    console.log(`The image is ${Math.round(bytes / 1e6)} MB, ${Math.round(own / 1e6)} MB of it the program`);
    expect(bytes - own).toBeLessThan(60e6);
    expect(await docker("image", "inspect", "--format", "{{.Config.User}}", IMAGE)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(await docker("run", "--rm", "--network=none", "--read-only", IMAGE, "--version")).toStartWith(
      "agent-runner ",
    );
  });

  test(
    "is healthy when it is ready, runs an execution, and drains when it is stopped",
    async () => {
      await using daemon = await start({ ADMIN_PORT: "0" }, "dev");
      await using runner = await start({});
      const health = () => runner.inspect("{{.State.Health.Status}}");
      const log = async () => `${await daemon.log()}\n${await runner.log()}`;
      await until("the container to be healthy", async () => (await health()) === "healthy", 60_000).catch(
        async (error) => {
          throw new Error(`${error}\n${await log()}`);
        },
      );
      const admin = `http://${temporal.host}:${temporal.portOnThisMachine(ADMIN_PORT)}`;
      expect((await fetch(`${admin}/readyz`)).status).toBe(200);
      expect(await docker("exec", runner.id, "/usr/local/bin/agent-runner", "health")).toBe("ok");
      expect(await docker("exec", runner.id, "/usr/local/bin/agent-runner", "run", "Hello?")).toContain(
        "Hello from the image.",
      );

      await docker("stop", "--time", "30", runner.id);
      expect(await runner.inspect("{{.State.ExitCode}}")).toBe("0");
      expect(await runner.log()).toContain("Draining: nothing runs");
    },
    LIMIT_MS,
  );

  test(
    "is healthy in cloud mode with its key in a file, and runs an execution in a sandbox at Daytona",
    async () => {
      await using world = await cloudWorld();
      const { STIGMER_API_KEY, NODE_EXTRA_CA_CERTS = "", ...env } = world.env;
      await Bun.write(join(shared.path, "key"), STIGMER_API_KEY ?? "");
      await copyFile(NODE_EXTRA_CA_CERTS, join(shared.path, "ca.crt"));
      const [port = 0] = await freePorts(1);
      const variables = Object.entries({
        ...env,
        NODE_EXTRA_CA_CERTS: "/shared/ca.crt",
        STIGMER_API_KEY_FILE: "/shared/key",
        ADMIN_PORT: String(port),
      }).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
      // The world's servers listen on this machine's loopback only.
      const flags = ["--network=host", `--volume=${shared.path}:/shared:ro`, ...SHUT, ...variables];
      await using runner = await runInBackground([...flags, IMAGE]);
      const health = () => runner.inspect("{{.State.Health.Status}}");
      await until("the container to be healthy", async () => (await health()) === "healthy", 60_000).catch(
        async (error) => {
          throw new Error(`${error}\n${await runner.log()}`);
        },
      );
      world.ollama.converse(() => ({ text: "Hello from the image." }));
      const execution = await world.user.ask(await world.user.session(), "Hello?");
      expect(execution.status?.messages.at(-1)?.content).toBe("Hello from the image.");
      expect(world.daytona.alive).toHaveLength(1);
      await docker("stop", "--time", "30", runner.id);
      expect(await runner.inspect("{{.State.ExitCode}}")).toBe("0");
    },
    LIMIT_MS,
  );

  test(
    "is not healthy where Temporal is not there, and says so",
    async () => {
      await using runner = await runInBackground([...SHUT, "--network=none", "--env=MODE=local", IMAGE]);
      await until("the container to end", async () => (await runner.inspect("{{.State.Running}}")) === "false", 30_000);
      expect(await runner.inspect("{{.State.ExitCode}}")).toBe("4");
      expect(await runner.log()).toContain("STARTUP FAILURE: no connection to Temporal");
    },
    LIMIT_MS,
  );
}
