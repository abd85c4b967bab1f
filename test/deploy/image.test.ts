/** The image, run as a cluster would: no root, nothing writable but /tmp. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { program } from "../../scripts/lib/built.ts";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { cloudWorld } from "../support/cloud-world.ts";
import { docker, runInBackground } from "../support/docker.ts";
import { until } from "../support/eventually.ts";
import { buildRunnerImage, dockerfile } from "../support/runner-image.ts";
import { type ContainerService, engineAnswers, imageOf, startContainer, TEMPORAL } from "../support/services/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const ADMIN_PORT = 8790;
const ADMIN_TOKEN = "token-of-the-operator";
const SHUT = [
  "--user=65532:65532",
  "--read-only",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
  "--tmpfs=/tmp:rw,exec,mode=1777,size=256m",
];

/** Enough to get past the configuration; there is nobody to talk to. */
const CLOUD = ["MODE=cloud", "STIGMER_API_KEY=key", "DAYTONA_API_KEY=key", "REDIS_HOST=127.0.0.1"].map(
  (pair) => `--env=${pair}`,
);

// Without an engine there is nothing to build with, which the run's summary says; without Linux, no program for it.
if ((await engineAnswers()) && process.platform === "linux") describe("container image", image);
else test("has a Dockerfile", async () => expect(await Bun.file(dockerfile).exists()).toBe(true));

function image(): void {
  let built: Awaited<ReturnType<typeof buildRunnerImage>>;
  let temporal: ContainerService;
  let shared: TemporaryFolder;

  beforeAll(async () => {
    built = await buildRunnerImage("runner");
    shared = await temporaryFolder();
    await chmod(shared.path, 0o755);
    await Bun.write(join(shared.path, "script.yaml"), "turns:\n  - text: Hello from the image.\n");
    temporal = await startContainer(imageOf("TEST_TEMPORAL_IMAGE"), TEMPORAL, [ADMIN_PORT]);
  });
  afterAll(async () => {
    await temporal.stop();
    await built[Symbol.asyncDispose]();
    await shared[Symbol.asyncDispose]();
  });

  /** Beside Temporal, which it finds on loopback. */
  const start = (env: Record<string, string>, ...command: string[]) => {
    const script = { STIGMER_LLM_PROVIDER: "scripted", STIGMER_LLM_SCRIPT: "/shared/script.yaml" };
    const variables = Object.entries({ MODE: "local", SANDBOX_ROOT_DIR: "/tmp/workspace", ...script, ...env });
    const flags = variables.flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    const mount = `--volume=${shared.path}:/shared:ro`;
    return runInBackground([`--network=${temporal.network}`, mount, ...SHUT, ...flags, built.tag, ...command]);
  };

  test("prints its version on a read-only file system without network, as any user", async () => {
    const bytes = Number(await docker("image", "inspect", "--format", "{{.Size}}", built.tag));
    const own = Bun.file(program).size;
    console.log(`The image is ${Math.round(bytes / 1e6)} MB, ${Math.round(own / 1e6)} MB of it the program`);
    const locked = ["--rm", "--network=none", "--read-only"];
    for (const user of [[], ["--user=65532:65532"], ["--user=4242:4242"], ["--cap-drop=ALL"]])
      expect(await docker("run", ...locked, ...user, built.tag, "--version")).toStartWith("agent-runner ");
  });

  test("runs as nobody in cloud mode, even if started as root", async () => {
    const idOf = async (...flags: string[]) => {
      await using runner = await runInBackground([
        ...flags,
        "--network=none",
        "--env=STARTUP_WAIT=600",
        ...CLOUD,
        built.tag,
      ]);
      await until("the program runs", async () => (await runner.log()).includes("Agent Runner"));
      return {
        id: (await docker("exec", runner.id, "ps", "-o", "uid=,gid=", "1")).split(/\s+/),
        log: await runner.log(),
      };
    };
    expect((await idOf()).id).toEqual(["65532", "65532"]);
    expect((await idOf("--user=4242:4243")).id).toEqual(["4242", "4243"]);
    const powerless = await idOf("--cap-drop=ALL", "--security-opt=no-new-privileges");
    expect(powerless.id).toEqual(["0", "0"]);
    const [first = ""] = powerless.log.split("\n");
    expect(JSON.parse(first)).toMatchObject({
      level: "warn",
      logger: "agent-runner.image",
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      message: expect.stringContaining("start it with --user 65532:65532"),
    });
  });

  test("is healthy when ready, runs an execution, and drains when stopped", async () => {
    await using daemon = await start({ ADMIN_PORT: "0" }, "dev");
    // As in a cluster, whose probes come from outside.
    await using runner = await start({ ADMIN_HOST: "0.0.0.0", ADMIN_TOKEN });
    const health = () => runner.inspect("{{.State.Health.Status}}");
    const log = async () => `${await daemon.log()}\n${await runner.log()}`;
    await until("the container to be healthy", async () => (await health()) === "healthy").catch(async (error) => {
      throw new Error(`${error}\n${await log()}`);
    });
    const admin = `http://${temporal.host}:${temporal.portOnThisMachine(ADMIN_PORT)}`;
    expect((await fetch(`${admin}/readyz`)).status).toBe(200);
    expect((await fetch(`${admin}/config`)).status).toBe(401);
    expect(await docker("exec", runner.id, "/usr/local/bin/agent-runner", "health")).toBe("ok");
    const doctor = await docker("exec", runner.id, "/usr/local/bin/agent-runner", "doctor", "--json");
    const { summary, checks } = JSON.parse(doctor);
    expect(summary.failed).toBe(0);
    const found = Object.fromEntries(checks.map(({ id, detail }: Record<string, string>) => [id, detail]));
    expect(found).toMatchObject({
      "program.native-library": expect.stringMatching(/^works, from \/tmp\/workspace\//),
      "sandboxes.confinement": expect.stringContaining("as the user 65532, in this container"),
      admin: expect.stringMatching(/^agent-runner \S+ runs at 0\.0\.0\.0:8790 already, in local mode$/),
    });
    expect(await docker("exec", runner.id, "/usr/local/bin/agent-runner", "run", "Hello?")).toContain(
      "Hello from the image.",
    );

    await docker("stop", "--time", "30", runner.id);
    expect(await runner.inspect("{{.State.ExitCode}}")).toBe("0");
    expect(await runner.log()).toContain("Draining: no executions are running");
  });

  test("is healthy in cloud mode with its key in a file, and runs an execution in a Daytona sandbox", async () => {
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
    await using runner = await runInBackground([...flags, built.tag]);
    const health = () => runner.inspect("{{.State.Health.Status}}");
    await until("the container to be healthy", async () => (await health()) === "healthy").catch(async (error) => {
      throw new Error(`${error}\n${await runner.log()}`);
    });
    world.ollama.converse(() => ({ text: "Hello from the image." }));
    const execution = await world.user.ask(await world.user.session(), "Hello?");
    expect(execution.status?.messages.at(-1)?.content).toBe("Hello from the image.");
    expect(world.daytona.alive).toHaveLength(1);
    await docker("stop", "--time", "30", runner.id);
    expect(await runner.inspect("{{.State.ExitCode}}")).toBe("0");
  });

  test("is unhealthy without Temporal, and says so", async () => {
    await using runner = await runInBackground([
      ...SHUT,
      "--network=none",
      "--env=MODE=local",
      "--env=STARTUP_WAIT=0",
      "--env=SANDBOX_ROOT_DIR=/tmp/workspace",
      built.tag,
    ]);
    await until("the container to end", async () => (await runner.inspect("{{.State.Running}}")) === "false");
    expect(await runner.inspect("{{.State.ExitCode}}")).toBe("4");
    expect(await runner.log()).toContain("STARTUP FAILURE: no connection to Temporal");
  });
}
