/**
 * The images that the tests use, by the variables that override them. If none can be pulled, small ones are built from the
 * programs of this machine.
 */
import { join } from "node:path";
import { output } from "./command.ts";
import { importImage } from "./import-image.ts";

/** How long a registry may take to answer. */
const PROBE_LIMIT_MS = 10_000;
const root = join(import.meta.dir, "../..");

export const IMAGES = {
  TEST_REDIS_IMAGE: "redis:7.4.6-alpine",
  TEST_TEMPORAL_IMAGE: "temporalio/temporal:1.5.1",
  TEST_RUNNER_BASE_IMAGE: "debian:13-slim",
} as const;

/** What the base image must have for the runner's image, its start script and the tests. */
const COMMANDS = [
  ...["sh", "bash", "setpriv", "tini", "ps", "getent", "id", "stat", "tr", "date", "grep", "env", "whoami", "setsid"],
  ...["cat", "chown", "cp", "ln", "ls", "mkdir", "mv", "rm", "chmod", "sleep", "touch", "true"],
];

export type ImageVariable = keyof typeof IMAGES;
export const IMAGE_VARIABLES = Object.keys(IMAGES) as ImageVariable[];

export interface TestImages {
  readonly env: Readonly<Record<ImageVariable, string>>;
  /** Those that were built here. */
  readonly made: readonly ImageVariable[];
}

/** @throws Error if an image can be neither pulled nor built */
export async function testImages(): Promise<TestImages> {
  const env: Record<ImageVariable, string> = { ...IMAGES };
  const made: ImageVariable[] = [];
  for (const variable of IMAGE_VARIABLES) {
    const wanted = process.env[variable];
    if (wanted !== undefined && wanted !== "") env[variable] = wanted;
    else if (!(await available(env[variable]))) {
      env[variable] = await make[variable]();
      made.push(variable);
    }
  }
  return { env, made };
}

let registryAnswers: Promise<boolean> | undefined;

async function available(image: string): Promise<boolean> {
  if ((await output(["docker", "image", "inspect", image])) !== undefined) return true;
  // Asked once: if the registry does not answer for one image, it will not for the next.
  registryAnswers ??= output(["docker", "manifest", "inspect", image], PROBE_LIMIT_MS).then(
    (manifest) => manifest !== undefined,
  );
  if (!(await registryAnswers)) return false;
  console.error(`Pulling ${image} …`);
  return (await output(["docker", "pull", "--quiet", image], 300_000)) !== undefined;
}

const make: Record<ImageVariable, () => Promise<string>> = {
  TEST_REDIS_IMAGE: () => {
    const server = installed("redis-server");
    return importImage("redis", {
      programs: { "/usr/bin/redis-server": server },
      changes: ['ENTRYPOINT ["/usr/bin/redis-server"]', "EXPOSE 6379"],
    });
  },
  TEST_TEMPORAL_IMAGE: () => {
    const cli = installed("temporal");
    return importImage("temporal", {
      programs: { "/usr/bin/temporal": cli },
      changes: ['ENTRYPOINT ["/usr/bin/temporal"]', "EXPOSE 7233"],
    });
  },
  TEST_RUNNER_BASE_IMAGE: async () => {
    const bridges = join(root, "node_modules/@temporalio/core-bridge/releases");
    const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
    return await importImage("runner-base", {
      programs: Object.fromEntries(COMMANDS.map((name) => [`/usr/bin/${name}`, installed(name)])),
      // The program is Bun's runtime with our code, and loads Temporal's bridge.
      librariesOf: [process.execPath, join(bridges, `${arch}-unknown-linux-gnu/index.node`)],
      files: ["/etc/ssl/certs/ca-certificates.crt", "/etc/nsswitch.conf"],
      // Scripts look for their shell in /bin.
      links: { "/bin": "usr/bin" },
      changes: ["ENV PATH=/usr/local/bin:/usr/bin"],
    });
  },
};

function installed(program: string): string {
  const path = Bun.which(program);
  if (path === null) throw new Error(`cannot build an image of ${program}, which is not installed: use scripts/test`);
  return path;
}
