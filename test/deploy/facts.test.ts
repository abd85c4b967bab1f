/** What the files of deploy/ say about the program, held against the program. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { parse } from "yaml";
import packageJson from "../../package.json";
import { IMAGES } from "../../scripts/test-support/images.ts";
import { adminApp } from "../../src/admin/index.ts";
import { listSettings, loadConfig } from "../../src/config/index.ts";
import { TERMINATE_GRACE_MS } from "../../src/processes/end-processes.ts";
import { deps } from "../support/admin-request.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const deploy = join(import.meta.dir, "../../deploy");
const read = (file: string) => Bun.file(join(deploy, file)).text();
const env = (text: string) => parseEnv(text) as Record<string, string>;

const dockerfile = await read("Dockerfile");
const compose = parse(await read("compose.yaml"));
const { runner } = compose.services;
const deployment = parse(await read("kubernetes/base/deployment.yaml"));
const pod = deployment.spec.template.spec;
const [container] = pod.containers;
const settings = env(await read("kubernetes/base/settings.env"));
const secret = parse(await read("kubernetes/secret.example.yaml"));
const secrets = env(secret.stringData["secrets.env"]);
const ofImage = Object.fromEntries(
  (/^ENV ((?:.*\\\n)*.*)/m.exec(dockerfile)?.[1] ?? "").split(/\s+\\?\s*/).map((pair) => pair.split("=")),
) as Record<string, string>;
const startScript = await read("image/agent-runner");
/** What the image's start sets in cloud mode if nothing else does. */
const defaultsOfImage = Object.fromEntries(
  [...startScript.replace(/^ {2}local\)\n[\s\S]*?;;$/m, "").matchAll(/--default=(\w+)=(\S+)/g)].map(
    ([, name = "", value = ""]) => [name, value],
  ),
) as Record<string, string>;
const composeSecrets = env(await read("secrets/secrets.env.example"));

/** Above the drain: until executions that are cut off have ended, and connections are closed. */
const AFTER_DRAIN = 25;
const usual = (variable: string) => listSettings().find(({ names }) => names[0] === variable)?.declarations[0]?.default;

describe.each<[string, Record<string, string>]>([
  ["the image's start", defaultsOfImage],
  ["the compose file", runner.environment],
  ["the compose file's secrets", composeSecrets],
  ["the cluster's settings", settings],
  ["the cluster's secrets", secrets],
])("%s", (_, variables) => {
  const known = new Set(listSettings().flatMap(({ names }) => names));
  test("sets only variables that the program knows", () => {
    expect(Object.keys(variables).length).toBeGreaterThan(2);
    expect(Object.keys(variables).filter((name) => !known.has(name))).toEqual([]);
  });
});

test("no secret is among the plain settings", () => {
  const declarations = listSettings().flatMap((setting) => setting.declarations);
  const names = new Set(declarations.filter(({ secret }) => secret).map(({ name }) => name));
  for (const variables of [defaultsOfImage, runner.environment, settings])
    expect(Object.keys(variables).filter((name) => names.has(name))).toEqual([]);
});

test.each<[string, Record<string, string>, Record<string, string>]>([
  ["in a cluster", settings, secrets],
  ["with the compose file", runner.environment, composeSecrets],
])("a runner %s has a valid configuration when its secrets are filled in", async (_, variables, hidden) => {
  await using folder = await temporaryFolder();
  const key = join(folder.path, "key");
  await Bun.write(key, "token");
  const envFile = join(folder.path, "secrets.env");
  await Bun.write(
    envFile,
    Object.keys(hidden)
      .map((name) => `${name}=filled-in\n`)
      .join(""),
  );
  const { config, typos } = loadConfig({
    env: { ...variables, STIGMER_API_KEY_FILE: key },
    envFile,
    defaults: defaultsOfImage,
  });
  expect(config.mode).toBe("cloud");
  expect(config.admin).toMatchObject({ host: "0.0.0.0", token: "filled-in" });
  expect(typos).toEqual([]);
});

test("secrets are where the settings point", () => {
  const mount = container.volumeMounts.find(({ name }: { name: string }) => name === "secrets").mountPath;
  expect(settings["STIGMER_API_KEY_FILE"]).toBe(`${mount}/stigmer-api-key`);
  expect(container.args).toEqual(["--env-file", `${mount}/secrets.env`, "start"]);
  expect(Object.keys(secret.stringData).sort()).toEqual(["secrets.env", "stigmer-api-key"]);
  expect(runner.environment.STIGMER_API_KEY_FILE).toBe("/run/secrets/stigmer-api-key");
  expect(runner.command).toEqual(["--env-file", "/run/secrets/secrets.env", "start"]);
  expect(Object.keys(compose.secrets).sort()).toEqual(runner.secrets.toSorted());
});

test("probes use routes and port of the admin server", async () => {
  const app = adminApp(deps({ host: settings["ADMIN_HOST"] ?? "", token: "of-the-secret", mode: "cloud" }));
  const [port] = container.ports;
  expect(String(port.containerPort)).toBe(usual("ADMIN_PORT") ?? "");
  expect(dockerfile).toContain(`EXPOSE ${usual("ADMIN_PORT")}`);
  for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
    const { path, port: where } = container[probe].httpGet;
    expect(where).toBe(port.name);
    // As the kubelet asks: by the pod's address.
    expect((await app.request(`http://10.1.2.3:${port.containerPort}${path}`)).status).toBe(200);
  }
});

test("the admin server is reachable from outside only with a token", () => {
  expect({ ...ofImage, ...defaultsOfImage }).not.toHaveProperty("ADMIN_HOST");
  expect(usual("ADMIN_HOST")).toBe("127.0.0.1");
  for (const [variables, hidden] of [
    [settings, secrets],
    [runner.environment, composeSecrets],
  ] as const) {
    expect(variables.ADMIN_HOST).toBe("0.0.0.0");
    expect(Object.keys(hidden)).toContain("ADMIN_TOKEN");
  }
});

test("by default a container drains and stops within the 10 s of `docker stop`", () => {
  const ofDocker = 10;
  const stopCommands = TERMINATE_GRACE_MS / 1000;
  expect(Number(defaultsOfImage["DRAIN_TIMEOUT"]) + stopCommands).toBeLessThan(ofDocker - 3);
});

test("grace periods are longer than the drain time", () => {
  const least = (variables: Record<string, string>) =>
    Number(variables["DRAIN_TIMEOUT"] ?? usual("DRAIN_TIMEOUT")) + AFTER_DRAIN;
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(least(settings));
  expect(Number(/^(\d+)s$/.exec(runner.stop_grace_period)?.[1])).toBeGreaterThan(least(runner.environment));
});

test("runners know how long they may take to stop", () => {
  expect(Number(settings["POD_TERMINATION_GRACE_SECONDS"])).toBe(pod.terminationGracePeriodSeconds);
  expect(`${runner.environment.POD_TERMINATION_GRACE_SECONDS}s`).toBe(runner.stop_grace_period);
});

test("nodes can be drained although runners are not ready, and nothing on their disks is needed", async () => {
  const { spec } = parse(await read("kubernetes/base/disruption-budget.yaml"));
  expect(spec.unhealthyPodEvictionPolicy).toBe("AlwaysAllow");
  const local = pod.volumes.filter((volume: object) => "emptyDir" in volume).map(({ name }: { name: string }) => name);
  const { annotations } = deployment.spec.template.metadata;
  expect(annotations["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"]).toBe(local.join(","));
  const operators = await read("../docs/operations.md");
  expect(operators).toMatch(
    new RegExp(
      `--max-graceful-termination-sec\\S* is 600 by default and has to be at least ${pod.terminationGracePeriodSeconds}`,
    ),
  );
  expect(operators).toContain("In a Deployment that is a restart");
});

test("images have the program's version, and third-party images are the tested ones", async () => {
  const { images } = parse(await read("kubernetes/base/kustomization.yaml"));
  expect(images).toEqual([expect.objectContaining({ name: container.image, newTag: packageJson.version })]);
  expect(runner.image).toBe(`agent-runner:${packageJson.version}`);
  expect(compose.services.redis.image).toBe(IMAGES.TEST_REDIS_IMAGE);
  expect(compose.services.temporal.image).toBe(IMAGES.TEST_TEMPORAL_IMAGE);
  expect(dockerfile).toContain(`ARG BASE=${IMAGES.TEST_RUNNER_BASE_IMAGE}\n`);
});

test("the manifests run the image with the user and command that it expects", () => {
  const [, uid = "", gid = ""] = /^NOBODY=(\d+):(\d+)$/m.exec(startScript) ?? [];
  expect(runner.user).toBe(`${uid}:${gid}`);
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: Number(uid), runAsGroup: Number(gid) });
  expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  expect(container.volumeMounts).toContainEqual({ name: "tmp", mountPath: ofImage["TMPDIR"] });
  expect(startScript).toContain(`--default=STIGMER_DATA_DIR=${ofImage["TMPDIR"]}/`);
});

test("the autoscaler watches the task queue that runners poll", async () => {
  const { spec } = parse(await read("kubernetes/autoscaled/scaled-object.yaml"));
  expect(spec.scaleTargetRef.name).toBe(deployment.metadata.name);
  expect(spec.minReplicaCount).toBeGreaterThanOrEqual(deployment.spec.replicas);
  expect(spec.triggers).toMatchObject([
    {
      type: "temporal",
      metadata: {
        endpoint: settings["TEMPORAL_SERVICE_ADDRESS"],
        namespace: settings["TEMPORAL_NAMESPACE"],
        taskQueue: settings["TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE"],
        queueTypes: "activity",
      },
    },
  ]);
});

test("the documentation states the same values", async () => {
  const operations = await read("../docs/operations.md");
  expect(operations).toContain(`\`DRAIN_TIMEOUT\` (${settings["DRAIN_TIMEOUT"]} s)`);
  expect(operations).toContain(`\`terminationGracePeriodSeconds\` (${pod.terminationGracePeriodSeconds})`);
  expect(await read("README.md")).toContain(`agent-runner:${packageJson.version}`);
  const contributing = await read("../CONTRIBUTING.md");
  for (const [variable, image] of Object.entries(IMAGES))
    expect(contributing).toContain(`| \`${variable}\` | \`${image}\` |`);
});

test("Prometheus finds /metrics by the annotations and by the ServiceMonitor, and needs no token", async () => {
  const { annotations } = deployment.spec.template.metadata;
  const [port] = container.ports;
  expect(annotations["prometheus.io/port"]).toBe(String(port.containerPort));
  const monitor = parse(await read("kubernetes/monitoring/service-monitor.yaml")).spec;
  const service = parse(await read("kubernetes/monitoring/service.yaml"));
  expect(monitor.endpoints.map(({ path }: { path: string }) => path)).toEqual([annotations["prometheus.io/path"]]);
  expect(service.spec.ports).toEqual([
    { name: monitor.endpoints[0].port, port: port.containerPort, targetPort: port.name },
  ]);
  expect(service.metadata.labels).toMatchObject(monitor.selector.matchLabels);
  expect(deployment.spec.template.metadata.labels).toMatchObject(service.spec.selector);
  expect(settings["METRICS_PUBLIC"]).toBe("true");
});
