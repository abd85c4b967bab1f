/** The docker command, for what tests want to see as operators do. */
import { LABELS } from "./services/container.ts";

/** @throws with its output if it fails */
export async function docker(...args: readonly string[]): Promise<string> {
  const child = Bun.spawn(["docker", ...args], { stdin: "ignore", stdout: "pipe", stderr: "pipe", timeout: 120_000 });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return output.trim();
  throw new Error(`docker ${args.join(" ")} failed with ${code}:\n${output}${errors}`);
}

async function logOf(id: string): Promise<string> {
  const child = Bun.spawn(["sh", "-c", `exec docker logs ${id} 2>&1`], { stdin: "ignore", stdout: "pipe" });
  return (await new Response(child.stdout).text()).trim();
}

/** A container in the background; the tests' label lets the run find it if this test cannot remove it. */
export async function runInBackground(args: readonly string[]) {
  const labels = Object.entries(LABELS).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
  const id = await docker("run", "--detach", ...labels, ...args);
  const inspect = (format: string) => docker("inspect", "--format", format, id);
  return {
    id,
    inspect,
    /** Standard output and standard error, each line as it was written. */
    log: () => logOf(id),
    [Symbol.asyncDispose]: async () => {
      await docker("rm", "--force", "--volumes", id).catch((error: unknown) => {
        if (!String(error).includes("No such container")) throw error;
      });
    },
  };
}
