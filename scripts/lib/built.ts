/** Keeps dist/agent-runner up to date with the sources. */
import { join } from "node:path";
import { $ } from "bun";

const root = join(import.meta.dir, "../..");
export const program = join(root, "dist/agent-runner");
const stamp = join(root, "dist/.built-from");

/** Builds the program for this machine if its sources have changed since the last build. */
export async function ensureBuilt(): Promise<void> {
  const sources = await hashOfSources();
  const before = await Bun.file(stamp)
    .text()
    .catch(() => "");
  if (before === sources && (await Bun.file(program).exists())) return;
  await $`bun scripts/build.ts --single`.cwd(root);
  await Bun.write(stamp, sources);
}

async function hashOfSources(): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const files = ["package.json", "bun.lock", "scripts/build.ts"];
  for (const folder of ["src", "scripts/build-parts"]) {
    for await (const file of new Bun.Glob("**/*.{ts,js}").scan({ cwd: join(root, folder) })) {
      if (!file.endsWith(".test.ts")) files.push(join(folder, file));
    }
  }
  for (const file of files.sort()) hasher.update(`${file}\0`).update(await Bun.file(join(root, file)).bytes());
  return hasher.digest("hex");
}
