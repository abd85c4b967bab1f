/** What `kubectl apply -k` would send, built by the kustomize in kubectl, or by kustomize itself. */
import { describe, expect, test } from "bun:test";
import { join, relative } from "node:path";
import { parseAllDocuments } from "yaml";
import { type Manifest, problemsOfValues } from "../support/manifests.ts";
import { requirement } from "../support/requirement.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = join(import.meta.dir, "../../deploy/kubernetes");
/** Earlier ones do not know components or these labels. */
const OLDEST = 5;

const BUILDERS = [
  {
    asksVersion: ["kubectl", "version", "--client"],
    version: /Kustomize Version: v(\d+)/,
    builds: ["kubectl", "kustomize"],
  },
  { asksVersion: ["kustomize", "version"], version: /^v(\d+)/, builds: ["kustomize", "build"] },
];

const builder = BUILDERS.find(({ asksVersion, version }) => {
  if (Bun.which(asksVersion[0] ?? "") === null) return false;
  const { stdout } = Bun.spawnSync(asksVersion);
  return Number(version.exec(stdout.toString())?.[1] ?? 0) >= OLDEST;
});
const isMet = requirement(
  builder !== undefined,
  `what kubectl builds of the manifests: there is neither a kubectl with kustomize ${OLDEST} nor a kustomize ${OLDEST}`,
);

async function build(directory: string): Promise<Manifest[]> {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...(builder?.builds ?? []), directory]);
  expect({ exitCode, errors: stderr.toString() }).toEqual({ exitCode: 0, errors: "" });
  const manifests = parseAllDocuments(stdout.toString()).map((document) => {
    const content = document.toJS() as Record<string, unknown>;
    return { file: directory, apiVersion: String(content["apiVersion"]), kind: String(content["kind"]), content };
  });
  expect((await Promise.all(manifests.map(problemsOfValues))).flat()).toEqual([]);
  return manifests;
}

const kinds = (manifests: readonly Manifest[]) => manifests.map(({ kind }) => kind).sort();
const nameOf = (manifest: Manifest | undefined) =>
  (manifest?.content["metadata"] as { readonly name: string } | undefined)?.name ?? "";
const one = (manifests: readonly Manifest[], kind: string) => manifests.find((each) => each.kind === kind);

const BASE = ["ConfigMap", "Deployment", "Namespace", "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount"];

describe.skipIf(!isMet)("kubectl builds", () => {
  test("the base: the Deployment uses the settings under the name that changes with them", async () => {
    const manifests = await build(join(folder, "base"));
    expect(kinds(manifests)).toEqual(BASE);
    const settings = nameOf(one(manifests, "ConfigMap"));
    expect(settings).toMatch(/^agent-runner-\w{10}$/);
    expect(JSON.stringify(one(manifests, "Deployment")?.content)).toContain(`"configMapRef":{"name":"${settings}"}`);
  });

  test("the autoscaled one: KEDA alone decides how many replicas there are", async () => {
    const manifests = await build(join(folder, "autoscaled"));
    expect(kinds(manifests)).toEqual([...BASE, "ScaledObject"].sort());
    expect(one(manifests, "Deployment")?.content["spec"]).not.toHaveProperty("replicas");
  });

  test("the base with the component for the Prometheus Operator, as docs/metrics.md has it", async () => {
    await using own = await temporaryFolder();
    const to = (name: string) => relative(own.path, join(folder, name));
    await Bun.write(
      join(own.path, "kustomization.yaml"),
      `resources: [${to("base")}]\ncomponents: [${to("monitoring")}]\n`,
    );
    const manifests = await build(own.path);
    expect(kinds(manifests)).toEqual([...BASE, "NetworkPolicy", "PrometheusRule", "Service", "ServiceMonitor"].sort());
    const namespaces = manifests
      .filter(({ kind }) => kind !== "Namespace")
      .map(({ content }) => (content["metadata"] as { readonly namespace?: string }).namespace);
    expect(new Set(namespaces)).toEqual(new Set(["stigmer"]));
  });
});
