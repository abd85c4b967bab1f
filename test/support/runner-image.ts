/** The runner's image, built from the compiled program as operators build it. */
import { copyFile, cp } from "node:fs/promises";
import { join } from "node:path";
import { program } from "../../scripts/lib/built.ts";
import { docker } from "./docker.ts";
import { imageOf } from "./services/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const root = join(import.meta.dir, "../..");
/** Programs that the tests use; a base image made from this machine's programs has only these. */
const TOOLS = "bash ps setpriv tini";

export const dockerfile = join(root, "deploy/Dockerfile");

/** @returns the image's name; the image is removed with the object */
export async function buildRunnerImage(name: string) {
  const tag = `agent-runner-test/${name}:${process.env["TEST_RUN"] ?? process.pid}`;
  await using context = await temporaryFolder();
  await cp(join(root, "deploy/image"), join(context.path, "deploy/image"), { recursive: true });
  await cp(join(root, ".dockerignore"), join(context.path, ".dockerignore"));
  await Bun.write(join(context.path, "dist/.keep"), "");
  await copyFile(program, join(context.path, "dist/agent-runner"));
  const args = [`BASE=${imageOf("TEST_RUNNER_BASE_IMAGE")}`, `TOOLS=${TOOLS}`].flatMap((arg) => ["--build-arg", arg]);
  // A base without the tools gets them from its distribution; an engine of the tests has no other network.
  const flags = ["--quiet", "--network=host", "--file", dockerfile, "--tag", tag];
  await docker("build", ...flags, ...args, context.path);
  return { tag, [Symbol.asyncDispose]: async () => void (await docker("image", "rm", "--force", tag)) };
}
