/**
 * Writes src/stigmer/gen, the TypeScript of the contract in proto/. Needs no network.
 *
 * `--check` writes nothing: it fails if the existing files differ from what would be written.
 */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "bun";

const root = join(import.meta.dir, "..");
const generated = join(root, "src/stigmer/gen");
const check = process.argv.includes("--check");

const work = await mkdtemp(join(tmpdir(), "agent-runner-generate-"));
try {
  await $`bunx buf lint proto`.cwd(root).quiet();
  await $`bunx buf generate --template proto/buf.gen.yaml --output ${work}`.cwd(root).quiet();
  const fresh = join(work, "src/stigmer/gen");
  if (check) {
    const { exitCode, stdout } = await $`diff -r ${generated} ${fresh}`.nothrow().quiet();
    if (exitCode !== 0) {
      console.error(
        `src/stigmer/gen does not match proto/: run \`bun run generate\`.\n${stdout.toString().slice(0, 2_000)}`,
      );
      process.exit(1);
    }
  } else {
    await rm(generated, { recursive: true, force: true });
    await cp(fresh, generated, { recursive: true });
  }
} catch (error) {
  const output = error instanceof $.ShellError ? `${error.stdout}${error.stderr}` : String(error);
  console.error(`Generating from proto/ failed:\n${output}`);
  process.exit(1);
} finally {
  await rm(work, { recursive: true, force: true });
}
