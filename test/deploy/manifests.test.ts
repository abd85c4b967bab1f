import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parse } from "yaml";
import { type Manifest, problemsOfFields, problemsOfValues, readManifests } from "../support/manifests.ts";

const folder = join(import.meta.dir, "../../deploy/kubernetes");
const manifests = await readManifests(folder);

describe("Kubernetes manifests", () => {
  test("exist", () => {
    expect(manifests.map(({ kind }) => kind).sort()).toEqual([
      "Deployment",
      "Namespace",
      "NetworkPolicy",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "PrometheusRule",
      "ScaledObject",
      "Secret",
      "Service",
      "ServiceAccount",
      "ServiceMonitor",
    ]);
  });

  test.each(manifests)("$file has values that the API accepts", async (manifest) => {
    expect(await problemsOfValues(manifest)).toEqual([]);
  });

  test("have no fields unknown to the API", () => {
    expect(problemsOfFields(manifests)).toEqual([]);
  });

  test("are refused with a wrong value or a misspelled field", async () => {
    const deployment = manifests.find(({ kind }) => kind === "Deployment");
    const text = JSON.stringify(deployment?.content);
    const changed = (from: string, to: string): Manifest => {
      expect(text).toContain(from);
      return { ...(deployment as Manifest), content: JSON.parse(text.replace(from, to)) };
    };
    expect(await problemsOfValues(changed('"384Mi"', '"384 Mi"'))).not.toEqual([]);
    expect(problemsOfFields([changed('"readinessProbe"', '"readynessProbe"')]).join()).toContain("readynessProbe");
  });

  test.each(["base", "autoscaled", "monitoring"])(
    "%s: its kustomization names files that are there, and all of them",
    async (name) => {
      const path = join(folder, name);
      const { resources } = parse(await Bun.file(join(path, "kustomization.yaml")).text()) as { resources: string[] };
      const files = [...new Bun.Glob("*.yaml").scanSync(path)].filter((file) => file !== "kustomization.yaml");
      expect(resources.filter((resource) => resource !== "../base").sort()).toEqual(files.sort());
    },
  );
});
