/** Validates Kubernetes manifests with schemas and types generated from Kubernetes' API description. */
import { join } from "node:path";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

const root = join(import.meta.dir, "../..");

export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** All manifests below a directory except kustomizations, which are not cluster objects. */
export async function readManifests(folder: string): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for await (const file of new Bun.Glob("**/*.yaml").scan(folder)) {
    for (const document of parseAllDocuments(await Bun.file(join(folder, file)).text(), { strict: true })) {
      if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join("; ")}`);
      const content = document.toJS() as Record<string, unknown>;
      const manifest = { file, apiVersion: String(content["apiVersion"]), kind: String(content["kind"]), content };
      if (!["Kustomization", "Component"].includes(manifest.kind)) manifests.push(manifest);
    }
  }
  return manifests.sort((a, b) => (a.file < b.file ? -1 : 1));
}

function packageOf({ apiVersion }: Manifest): string {
  if (apiVersion.startsWith("keda.sh/")) return `@kubernetes-models/keda/${apiVersion}`;
  if (apiVersion.startsWith("monitoring.coreos.com/")) return `@kubernetes-models/prometheus-operator/${apiVersion}`;
  return `kubernetes-models/${apiVersion}`;
}

/** Violations of the API's schema: types, ranges, formats, missing fields. */
export async function problemsOfValues(manifest: Manifest): Promise<string[]> {
  const models = (await import(packageOf(manifest))) as Record<string, new (data: unknown) => { validate(): void }>;
  const Model = models[manifest.kind];
  if (Model === undefined) return [`${manifest.apiVersion} has no kind ${manifest.kind}`];
  try {
    new Model(manifest.content).validate();
    return [];
  } catch (error) {
    return [`${manifest.file}: ${error instanceof Error ? error.message : error}`];
  }
}

/**
 * What the API does not know. Its schemas let any field pass, as the API server does for readers of the future; the types
 * refuse one in a literal, so each manifest is checked as one.
 */
export function problemsOfFields(manifests: readonly Manifest[]): string[] {
  const name = join(root, "test/manifests.virtual.ts");
  const text = manifests
    .map((manifest, index) => {
      const type = `import("${packageOf(manifest)}").I${manifest.kind}`;
      return `export const manifest${index}: ${type} = ${JSON.stringify(manifest.content)};`;
    })
    .join("\n");
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === name || fileExists(file);
  host.getSourceFile = (file, version, ...rest) =>
    file === name ? ts.createSourceFile(file, text, version) : getSourceFile(file, version, ...rest);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program, program.getSourceFile(name)).map(({ start = 0, messageText }) => {
    const line = text.slice(0, start).split("\n").length - 1;
    return `${manifests[line]?.file}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}
