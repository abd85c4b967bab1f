/** Runs a command within a time limit. @returns what it wrote, or undefined where it is missing, fails or takes longer */
export async function output(command: readonly string[], limitMs = 60_000): Promise<string | undefined> {
  const [name = ""] = command;
  if (Bun.which(name) === null) return undefined;
  // Bun would pass on the environment as it was at the start, without the engine's address.
  const env = { ...process.env };
  const child = Bun.spawn([...command], { env, stdin: "ignore", stdout: "pipe", stderr: "ignore", timeout: limitMs });
  const text = await new Response(child.stdout).text();
  return (await child.exited) === 0 ? text.trim() : undefined;
}
